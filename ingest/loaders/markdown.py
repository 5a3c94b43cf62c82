"""Markdown, with YAML front matter, as plain words: markup goes, headings, lists and tables stay."""

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ingest.loaders.file import File
from ingest.parsed import Parsed, TextBuilder, canonical, one_line

_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_LONGEST_FRONT_MATTER = 64 * 1024
_LONGEST_VALUE = 2_000


def load(file: File) -> Parsed:
    """Read a Markdown file."""
    decoded = file.decode()
    front, body, notes = split_front_matter(canonical(decoded.text))
    builder = TextBuilder()
    title = add_markdown(builder, body)
    return builder.build(
        title=str(front.pop("title", "")) or title or file.title,
        media_type="text/markdown",
        url=_url(front),
        metadata={**front, **decoded.metadata},
        notes=(*decoded.notes, *notes),
    )


def split_front_matter(text: str) -> tuple[dict[str, Any], str, tuple[str, ...]]:
    """Front matter as plain values, the text after it, and a note if it can't be read (it then stays in the text)."""
    match = _FRONT_MATTER.match(text[:_LONGEST_FRONT_MATTER])
    if not match:
        return {}, text, ()
    import yaml

    try:
        values = yaml.safe_load(match["yaml"])
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = getattr(error, "problem", None) or error
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 2})" if mark else ""
        return {}, text, (f"The front matter is not valid YAML{where}: {one_line(str(problem))}. It was read as text.",)
    if values is None:
        return {}, text[match.end() :], ()
    if not isinstance(values, dict):
        return {}, text, ("What looks like front matter holds no keys. It was read as text.",)
    plain = {str(key).lower(): _plain(value) for key, value in values.items() if isinstance(key, str)}
    return {key: value for key, value in plain.items() if value not in (None, "", [])}, text[match.end() :], ()


def _plain(value: object) -> str | bool | int | float | list[str] | None:
    """A scalar or a flat list of words; what is nested is dropped (YAML can nest without end)."""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, str):
        return one_line(value[:_LONGEST_VALUE])
    if isinstance(value, list):
        return [str(_plain(item)) for item in value[:100] if isinstance(item, str | int | float | datetime.date)]
    return None


def _url(front: Mapping[str, Any]) -> str | None:
    """The address of the document itself. `urls`, what it rests on, stays in the metadata."""
    for key in ("url", "canonical_url", "source"):
        if str(front.get(key, "")).startswith(("https://", "http://")):
            return str(front[key])
    return None


def add_markdown(builder: TextBuilder, text: str) -> str | None:
    """Add Markdown to a text. Its first top heading, if there is one."""
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    title = None
    for node in SyntaxTreeNode(parser.parse(text)).children:
        if node.type == "heading":
            words, level = _inline(node), int(node.tag[1:])
            title = title or (one_line(words) if level == 1 else None)
            builder.heading(words, level)
        elif node.type == "table":
            builder.table([[_inline(cell) for cell in row.children] for part in node.children for row in part.children])
        else:
            builder.add(_block(node))
    return title


def _block(node: Any) -> str:
    """A block as lines."""
    if node.type in ("bullet_list", "ordered_list"):
        return _list(node)
    if node.type == "html_block":
        return _html(node.content)
    if node.type in ("fence", "code_block"):
        return str(node.content).rstrip("\n")
    if node.type == "hr":
        return ""
    if node.type == "table":
        rows = [row for part in node.children for row in part.children]
        return "\n".join(" | ".join(_inline(cell) for cell in row.children) for row in rows)
    if node.type == "blockquote":
        return "\n\n".join(filter(None, map(_block, node.children)))
    return _inline(node)


def _list(node: Any) -> str:
    number = int(node.attrs.get("start", 1))
    lines = []
    for i, item in enumerate(node.children):
        marker = f"{number + i}. " if node.type == "ordered_list" else "- "
        tight = all(child.hidden or child.type.endswith("_list") for child in item.children)
        inner = ("\n" if tight else "\n\n").join(filter(None, map(_block, item.children)))
        lines.append(marker + inner.replace("\n", "\n" + " " * len(marker)))
    return "\n".join(lines)


def _inline(node: Any) -> str:
    """The words of a block or a span, without markup."""
    if node.type in ("text", "code_inline"):
        return str(node.content)
    if node.type == "softbreak":
        return " "
    if node.type == "hardbreak":
        return "\n"
    if node.type == "html_inline":
        return "\n" if re.match(r"<br\b", node.content, re.IGNORECASE) else ""
    if node.type == "image":
        return str(node.content)
    return "".join(_joined(node.children))


def _joined(nodes: Iterable[Any]) -> Iterable[str]:
    return map(_inline, nodes)


def _html(source: str) -> str:
    """The words of a block of raw HTML."""
    from ingest.loaders.html_blocks import words_of

    return words_of(source)
