"""A conversation, or one answer of it, as Markdown, HTML or JSON to take away, with its footnotes and sources.

Whatever stands in a document stays text in all three: Markdown is escaped here, HTML by the template.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import quote as percent_encoded

from rag.library.conversations import KeptConversation, KeptExchange
from rag.schema import Answer, Citation, Statement
from ui.web.render import pieces, place, render, safe_url

_SPECIAL = re.compile(r"[\\`*_\[\]<>&|~$]")
_BEGINS_BLOCK = re.compile(r"(\d{1,9})[.)]|[#+\-=:]")  # what means something at the beginning of a line only
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20<>\\`\x7f]")


@dataclass(frozen=True)
class CitedSource:
    """A source that a conversation cites, in these versions."""

    id: str
    title: str
    url: str | None
    versions: tuple[int, ...]


def cited_sources(exchanges: Iterable[KeptExchange]) -> list[CitedSource]:
    """The sources that these answers cite, in the order in which they are first cited."""
    found: dict[str, CitedSource] = {}
    for cited in (cited for exchange in exchanges if exchange.answer for cited in exchange.answer.citations):
        before = found.get(cited.source_id)
        versions = sorted({*(before.versions if before else ()), cited.version})
        found[cited.source_id] = CitedSource(cited.source_id, cited.title, cited.url, tuple(versions))
    return list(found.values())


def as_json(conversation: KeptConversation, exchanges: Sequence[KeptExchange]) -> str:
    """A conversation with its answers as they are, down to their passages and scores."""
    asked = [
        {**asdict(exchange), "answer": exchange.answer and exchange.answer.model_dump(mode="json")}
        for exchange in exchanges
    ]
    sources = [asdict(source) for source in cited_sources(exchanges)]
    return json.dumps({**asdict(conversation), "exchanges": asked, "sources": sources}, ensure_ascii=False, indent=1)


def as_html(conversation: KeptConversation, exchanges: Sequence[KeptExchange]) -> str:
    """A conversation as one page that needs nothing else, without a script."""
    sources = cited_sources(exchanges)
    return render("export.html", conversation=conversation, exchanges=exchanges, sources=sources)


def as_markdown(conversation: KeptConversation, exchanges: Sequence[KeptExchange]) -> str:
    """A conversation; its footnotes are numbered through, since in one document a label means one note."""
    parts, before = [f"# {escaped(conversation.title)}"], 0
    for exchange in exchanges:
        parts += _parts(exchange, before)
        before += max((cited.number for cited in exchange.answer.citations), default=0) if exchange.answer else 0
    sources = cited_sources(exchanges)
    if sources:
        parts += ["## Sources", "\n".join(f"- {escaped(source.title)}{_address(source.url)}" for source in sources)]
    return "\n\n".join(parts) + "\n"


def answer_as_markdown(exchange: KeptExchange) -> str:
    """A question and its answer, numbered as on the page."""
    return "\n\n".join(_parts(exchange, 0)) + "\n"


def escaped(text: str) -> str:
    """A text on one line in which nothing is Markdown or HTML."""
    return _as_line(_inline(text.strip()))


def _parts(exchange: KeptExchange, before: int) -> Iterator[str]:
    """The paragraphs of an exchange; `before` counts the footnotes of the document so far."""
    answer = exchange.answer
    yield f"## {escaped(exchange.question)}"
    if answer is None:
        yield "*Not answered.*"
        return
    if answer.refused or not answer.statements:
        yield escaped(answer.answer)
    else:
        yield _as_line(" ".join(_said(answer, said, before) for said in answer.statements))
    if answer.refused and answer.passages:
        yield "The closest passages:"
        yield "\n".join(f"- {escaped(place(p))}: {_inline(p.text)}{_address(p.url)}" for p in answer.passages)
    if answer.citations:
        yield "\n".join(f"[^{before + cited.number}]: {_note(cited)}" for cited in answer.citations)


def _said(answer: Answer, said: Statement, before: int) -> str:
    words = "".join(f"**{_inline(text)}**" if strong else _inline(text) for text, strong in pieces(said))
    marks = "".join(f"[^{before + number}]" for number in said.citations if answer.citation(number))
    doubt = "" if said.supported else f" *(not supported{': ' + _inline(said.reason) if said.reason else ''})*"
    return words + marks + doubt


def _note(cited: Citation) -> str:
    return f"“{_inline(cited.quote.strip())}” {_inline(place(cited))}{_address(cited.url)}"


def _address(url: str | None) -> str:
    """An address between angle brackets, if a reader may be sent there."""
    safe = safe_url(url)
    return f" <{_NOT_IN_ADDRESS.sub(lambda found: percent_encoded(found[0], safe=''), safe)}>" if safe else ""


def _inline(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", re.sub(r"\s+", " ", text))


def _as_line(line: str) -> str:
    """A line that is a paragraph, whatever it begins with."""
    begins = _BEGINS_BLOCK.match(line)
    return f"{begins[1] or ''}\\{line[begins.end() - 1 :]}" if begins else line
