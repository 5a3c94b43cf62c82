"""The loaders as a LangChain blob parser, for use in chains other than our own."""

from collections.abc import Iterator

from langchain_core.document_loaders import BaseBlobParser
from langchain_core.documents import Document
from langchain_core.documents.base import Blob

from ingest.limits import Limits
from ingest.loaders import load


class AnyFileParser(BaseBlobParser):
    """Parses a blob of any format that Footnote reads into one document.

    `page_content` is the canonical text; the metadata hold the title, the maps into the text, and what the file says
    of itself. It parses in this process: `ingest.sandbox.Sandbox` is for files that aren't trusted.

    Args:
        limits: What a file may cost.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def lazy_parse(self, blob: Blob) -> Iterator[Document]:
        """The one document in a blob.

        Raises:
            SourceError: It can't be read.
        """
        name = str(blob.path or blob.metadata.get("name") or "document")
        parsed = load(blob.as_bytes(), name, blob.mimetype, limits=self._limits)
        about = parsed.model_dump(mode="json", exclude={"text"})
        yield Document(page_content=parsed.text, metadata={"source": name, **about})
