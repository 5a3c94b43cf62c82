"""What can go wrong, each error saying what happened, to what, and what to do next."""


class FootnoteError(Exception):
    """A failure the user can act on. Shown as its message alone, without a traceback.

    Args:
        what: What happened, and to what, as one sentence.
        hint: What to do about it, as one sentence.
    """

    def __init__(self, what: str, hint: str = "") -> None:
        self.what = what
        self.hint = hint
        super().__init__(f"{what} {hint}".strip())


class SettingsError(FootnoteError):
    """A setting is unknown, has the wrong type, or contradicts another."""


class LibraryError(FootnoteError):
    """The library can't be opened, read or written."""


class LibraryInUseError(LibraryError):
    """Another process owns the library."""


class EmbedderMismatchError(LibraryError):
    """The index was built with another embedder than the one configured."""


class SourceError(FootnoteError):
    """A source can't be found, read or made sense of."""


class ModelError(FootnoteError):
    """An embedder, reranker or chat model can't be loaded or reached."""


class QuestionError(FootnoteError):
    """A question that can't be asked: empty, or far too long."""
