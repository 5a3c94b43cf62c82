"""ZIP files opened with care: many formats are one inside."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from lxml import etree

from ingest.loaders.file import Budget, File
from rag.errors import SourceError

_SMALL = 4 * 1024 * 1024  # bytes that anything may unpack to, whatever the ratio
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_END = b"PK\x05\x06"
_BYTES_PER_MEMBER = 46  # at least, in the list of contents (APPNOTE.TXT 4.3.12)


class Package:
    """The members of a ZIP file, read within limits."""

    def __init__(self, archive: zipfile.ZipFile, file: File) -> None:
        self._archive = archive
        self._file = file

    @property
    def members(self) -> list[zipfile.ZipInfo]:
        """The files in it, in stored order."""
        return [info for info in self._archive.infolist() if not info.is_dir()]

    def __contains__(self, name: str) -> bool:
        return name in self._archive.NameToInfo

    def read(self, name: str | zipfile.ZipInfo) -> bytes:
        """A member's bytes; never more than it declares, which was checked.

        Raises:
            SourceError: It is encrypted or damaged.
        """
        try:
            return self._archive.read(name)
        except KeyError:
            raise SourceError(f"{self._file.shown} lacks its part {name}.", "It may be damaged.") from None
        except RuntimeError as error:  # how zipfile says that a password is needed
            raise SourceError(f"{self._file.shown} is encrypted: {error}.", "Unpack it and add the files.") from None
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
            raise SourceError(f"{self._file.shown} is damaged: {error}.", "Get or save it again.") from None

    def xml(self, name: str) -> etree._Element:
        """A member as XML.

        Raises:
            SourceError: It isn't.
        """
        try:
            return parse_xml(self.read(name))
        except (etree.XMLSyntaxError, ValueError) as error:
            raise SourceError(f"{self._file.shown} is damaged: {error}.", "Open and save it again.") from None

    def office(self) -> bytes:
        """The file as Office libraries expect it: in the transitional variant of Office Open XML, not the strict one.

        The two differ in the names of their namespaces (ISO/IEC 29500-1, annex A, and 29500-4).
        """
        if "_rels/.rels" not in self or b"purl.oclc.org/ooxml" not in self.read("_rels/.rels"):
            return self._file.data
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as plain:
            for info in self.members:
                data = self.read(info)
                if info.filename.endswith((".xml", ".rels")):
                    data = _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", data)
                plain.writestr(info.filename, data)
        return buffer.getvalue()


@contextmanager
def opened(file: File) -> Iterator[Package]:
    """The members of a ZIP file.

    Raises:
        SourceError: It is damaged, or holds more than the limits allow.
    """
    limits = file.limits
    too_many = SourceError(
        f"{file.shown} holds more than {limits.members:,} files.", "Unpack it and add the ones you need."
    )
    end = file.data.rfind(_END)
    directory = int.from_bytes(file.data[end + 12 : end + 16], "little") if end >= 0 else 0
    if directory > limits.members * 1024:  # before zipfile makes an object of each
        raise too_many
    try:
        archive = zipfile.ZipFile(io.BytesIO(file.data))
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError) as error:
        raise SourceError(f"{file.shown} is a damaged ZIP file: {error}.", "Get or save it again.") from None
    with archive:
        budget = file.budget or Budget(limits.members, limits.unpacked_bytes)
        infos = archive.infolist()
        unpacked = sum(info.file_size for info in infos)
        budget.members -= len(infos)
        budget.bytes -= unpacked
        if budget.members < 0:
            raise too_many
        if budget.bytes < 0 or unpacked > max(_SMALL, len(file.data) * limits.unpack_ratio):
            raise SourceError(
                f"{file.shown} would unpack to {unpacked / 1e6:,.0f} MB, which looks like a decompression bomb.",
                "Unpack it yourself and add the files.",
            )
        yield Package(archive, file)


def parse_xml(data: bytes, *, lenient: bool = False) -> etree._Element:
    """The root of an XML document. Entities of its own are not expanded, nor is anything fetched.

    Raises:
        lxml.etree.XMLSyntaxError: It isn't well-formed.
        ValueError: There is nothing in it.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=lenient,
    )
    root = etree.fromstring(data, parser)
    if root is None:
        raise ValueError("there is nothing in it")
    return root
