"""What can go wrong in an evaluation, each with what to do next."""

from rag.errors import FootnoteError


class QuestionSetError(FootnoteError):
    """A question set can't be read, or holds mistakes."""


class RunError(FootnoteError):
    """A run can't be started, resumed or read."""


class BenchmarkError(FootnoteError):
    """A retrieval benchmark's folder can't be read or indexed."""
