"""Web pages: the main text, with its headings, lists and tables; navigation and other furniture left out.

Trafilatura says which words are the main text; the blocks come from the page's own tree, so that structure survives.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from ingest.loaders.file import File
from ingest.loaders.html_blocks import Block, add_blocks, blocks_of, drop_unseen, local_name, parse_html, remove
from ingest.parsed import Parsed, TextBuilder, one_line

_FURNITURE = ("nav", "aside", "footer", "form", "button", "menu", "dialog")
_ROLES = ("navigation", "banner", "contentinfo", "search", "complementary", "menu", "dialog", "alert")
_SHINGLE = 3  # words
_KEPT = 0.5  # share of a block's shingles that the main text must have
_MOSTLY_LINKS = 0.6
_FEW_LINKS, _FEW_WORDS = 0.3, 4  # text between main blocks with fewer links and more words is main text, too
_SHORT_PAGE = 400  # words: on so short a page there is nothing to guess at
_ENOUGH = 0.6  # of the words outside links and furniture: with less, trafilatura missed the point of the page


def load(file: File) -> Parsed:
    """Read a web page."""
    decoded = file.decode()
    builder = TextBuilder()
    found = _trafilatura(decoded.text)
    root = parse_html(decoded.text)
    language = None
    if root is not None:
        language = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang")
        drop_unseen(root)
        add_blocks(builder, main_blocks(root, getattr(found, "text", None) or ""))
    title = one_line(getattr(found, "title", None) or "").rstrip("¶ ") or _title_element(decoded.text)
    url = getattr(found, "url", None)
    return builder.build(
        title=title or file.title,
        media_type="text/html",
        url=url if url and url.startswith(("http://", "https://")) else None,
        metadata={
            "author": getattr(found, "author", None),
            "date": getattr(found, "date", None),
            "language": language or getattr(found, "language", None),
            **decoded.metadata,
        },
        notes=decoded.notes,
    )


def main_blocks(root: Any, main_text: str) -> list[Block]:
    """The blocks that carry the main text; all but the furniture if `main_text` holds too little of the page."""
    everything = blocks_of(root)
    _drop_furniture(root)
    blocks = blocks_of(root) or everything
    shingles, lines = _shingles(_words(main_text)), {" ".join(_words(line)) for line in main_text.split("\n")}
    kept = [_is_main(block, shingles, lines) for block in blocks]
    own = sum(len(_words(b.text)) for b in blocks if b.linked < _MOSTLY_LINKS)
    covered = sum(
        len(_words(b.text)) for b, keep in zip(blocks, kept, strict=True) if keep and b.linked < _MOSTLY_LINKS
    )
    if covered < _ENOUGH * own or not covered or own < _SHORT_PAGE:
        return blocks
    return list(_with_structure(blocks, kept))


def _with_structure(blocks: Sequence[Block], kept: Sequence[bool]) -> Iterable[Block]:
    """The kept blocks, and between the first and the last of them whatever isn't made of links."""
    places = [i for i, keep in enumerate(kept) if keep]
    first, last = places[0], places[-1]
    while first > 0 and blocks[first - 1].kind == "heading":
        first -= 1
    for i in range(first, last + 1):
        block = blocks[i]
        prose = block.linked < _FEW_LINKS and len(_words(block.text)) >= _FEW_WORDS
        if kept[i] or (block.linked < _MOSTLY_LINKS if block.kind != "text" else prose):
            yield block


def _is_main(block: Block, shingles: set[tuple[str, ...]], lines: set[str]) -> bool:
    words = _words(block.text)
    if len(words) < _SHINGLE:
        return " ".join(words) in lines
    own = [tuple(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1)]
    return sum(shingle in shingles for shingle in own) >= _KEPT * len(own)


def _words(text: str) -> list[str]:
    return text.replace("|", " ").replace("- ", " ").split()


def _shingles(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1)}


def _drop_furniture(root: Any) -> None:
    for element in list(root.iter()):
        name = local_name(element)
        if name in ("body", "main", "article") or element.getparent() is None:
            continue
        if name in _FURNITURE or element.get("role") in _ROLES:
            remove(element)


def _title_element(source: str) -> str:
    root = parse_html(source)
    return one_line(root.findtext(".//title") or root.findtext(".//h1") or "") if root is not None else ""


def _trafilatura(source: str) -> Any:
    """What trafilatura makes of the page, or None."""
    from trafilatura import bare_extraction

    try:
        return bare_extraction(
            source,
            favor_recall=True,
            include_comments=False,
            with_metadata=True,
            date_extraction_params={"extensive_search": False, "original_date": True},  # said, not guessed
        )
    except Exception:  # any page may trip it (its own and lxml's errors vary); the page's own tree is read then
        return None
