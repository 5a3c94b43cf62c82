"""How much a file may cost before it is given up."""

from typing import Self

from pydantic import Field

from rag.schema import Noun
from rag.settings import IngestSettings

MiB = 1024 * 1024


class Limits(Noun):
    """Bounds on parsing one file. Sizes are in bytes, times in seconds."""

    file_bytes: int = Field(200 * MiB, ge=1, description="largest file read")
    text_characters: int = Field(50_000_000, ge=1, description="longest text kept of a file")
    seconds: float = Field(120, gt=0, description="time to parse one file")
    ocr_seconds: float = Field(120, gt=0, description="time to read one picture or scanned page, which comes on top")
    ocr_pages: int = Field(500, ge=0, description="pictures and scanned pages read of one file")
    memory_bytes: int = Field(1536 * MiB, ge=1, description="address space of the process that parses")
    unpacked_bytes: int = Field(400 * MiB, ge=1, description="all that a file unpacks to")
    unpack_ratio: int = Field(200, ge=1, description="how many times larger than itself a file may unpack to")
    members: int = Field(5_000, ge=1, description="files in an archive")
    depth: int = Field(3, ge=0, description="archives within archives, attachments within messages")
    pages: int = Field(20_000, ge=1, description="pages of a document")

    @classmethod
    def of(cls, settings: IngestSettings) -> Self:
        """The limits that the settings ask for."""
        return cls(
            file_bytes=settings.max_file_mb * 1_000_000,
            seconds=settings.parse_seconds,
            memory_bytes=settings.parse_memory_mb * 1_000_000,
        )
