"""Answers written by a chat model, every sentence checked against the words it cites before it counts.

The model writes; whether it may be believed is decided here. A sentence is shown while it is being written, and
gets its footnote, or its mark, as soon as it is finished.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.answering.alignment import Aligned, Evidence, Span
from rag.answering.answerer import Answerer, Task
from rag.answering.candidates import candidates
from rag.answering.prompts import write_prompt
from rag.answering.refusal import refusal
from rag.answering.reply import Said, is_gap, is_refusal, read_reply
from rag.answering.support import SupportChecker, Verdict
from rag.errors import ModelError
from rag.library.library import Library
from rag.models.chat import load_chat_model
from rag.models.drafting import BrokenReplyError, Draft, stream_draft
from rag.models.embedder import Embedder
from rag.models.reader import reads
from rag.models.spending import Spent, cost
from rag.schema import Answer, Citation, Statement
from rag.settings import Settings
from rag.whole.question import Wanted

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

LONGEST_REPLY = 12_000
"""Characters of a reply that are read; whoever writes more has lost the thread."""
_AT_ONCE, _SNAPSHOT_SECONDS = 12, 0.05
"""A snapshot is made after so many characters or seconds, not after each piece of a word."""
_ABSENCE = "it tells what the sources lack, which can't be checked against a quote"
_BROKE_OFF = "[the chat model broke off here]"
_TORN = ".!?…:;\"'”’)]。！？"  # noqa: RUF001 - how sentences end, in Chinese and Japanese as well


class GenerativeAnswerer:
    """Lets a chat model answer, checks each sentence, and gives the extractive answer where the model fails.

    Args:
        load_model: Gives the chat model; called at the first question, and again as long as it fails.
    """

    def __init__(
        self,
        library: Library,
        embedder: Embedder,
        settings: Settings,
        extractive: Answerer,
        load_model: "Callable[[], BaseChatModel] | None" = None,
    ) -> None:
        self._library = library
        self._embedder = embedder
        self._settings = settings
        self._extractive = extractive
        self._load = load_model or (lambda: load_chat_model(settings.chat))
        self._model: BaseChatModel | None = None
        self._checker = SupportChecker(embedder.embed, reads)

    def stream(self, task: Task) -> Iterator[Answer]:
        """Growing snapshots of the answer; where the model fails, the extractive answer with a note that says so."""
        spent = Spent()
        for call in task.calls:
            spent.add(call.draft, call.messages, self._embedder.count_tokens)
        for snapshot in self._answers(task, spent):
            yield self._priced(snapshot, spent) if snapshot.complete else snapshot

    def _priced(self, answer: Answer, spent: Spent) -> Answer:
        price = cost(spent.usage, self._settings.chat) if spent.usage else None
        return answer.model_copy(update={"usage": spent.usage, "usage_estimated": spent.estimated, "cost": price})

    def _answers(self, task: Task, spent: Spent) -> Iterator[Answer]:
        if task.whole and not (task.whole.wanted is Wanted.GIST and task.whole.places):
            yield from self._extractive.stream(task)
            return
        name = self._settings.chat.model or "chat model"
        if not task.retrieved.passages:
            yield refusal(task, 0.0, name)
            return
        try:
            if self._model is None:
                self._model = self._load()
            if self._settings.chat.best_of > 1:
                yield self._best_of(task, self._model, spent)
            else:
                yield from self._written(task, self._model, spent)
        except (_NothingToShow, ModelError) as error:
            why = error.what if isinstance(error, ModelError) else str(error)
            yield from self._instead(task, f"{why} {error.hint}".strip() if isinstance(error, ModelError) else why)

    def _written(self, task: Task, model: "BaseChatModel", spent: Spent) -> Iterator[Answer]:
        """The answer as one draft grows to it."""
        work = self._begin(task)
        drafts = stream_draft(model, work.messages, self._settings.chat)
        draft = Draft()
        try:
            shown_at, shown = 0.0, 0
            for draft in drafts:
                if (
                    shown
                    and len(draft.text) - shown < max(_AT_ONCE, shown // 40)
                    and time.monotonic() - shown_at < _SNAPSHOT_SECONDS
                ):
                    continue
                shown_at, shown = time.monotonic(), len(draft.text)
                said, growing = read_reply(draft.text[:LONGEST_REPLY], work.given, finished=False)
                work.check(said)
                if growing or said:
                    yield work.snapshot("" if self._settings.answering.strict else growing)
                if len(draft.text) > LONGEST_REPLY:
                    work.cut = f"The chat model wrote more than {LONGEST_REPLY:,} characters; the rest was left out."
                    break
        except BrokenReplyError as error:
            work.broken = f"{error.what} What it had said until then is shown."
        finally:
            drafts.close()  # type: ignore[attr-defined]
            if draft.text:
                spent.add(draft, work.messages, self._embedder.count_tokens)
        yield work.finish(draft)

    def _best_of(self, task: Task, model: "BaseChatModel", spent: Spent) -> Answer:
        """The best supported of several drafts."""
        answers: list[Answer] = []
        for _ in range(self._settings.chat.best_of):
            try:
                answers.append(list(self._written(task, model, spent))[-1])
            except _NothingToShow:
                continue
        if not answers:
            raise _NothingToShow("The chat model's replies were empty.")
        best = max(answers, key=lambda a: (not a.refused, a.confidence, len(a.statements)))
        note = f"The best supported of {len(answers)} drafts."
        return best.model_copy(update={"notes": (*best.notes, note)})

    def _begin(self, task: Task) -> "_Work":
        prompt = write_prompt(
            task.inquiry, task.standalone, task.retrieved.passages, self._embedder.count_tokens, self._settings.chat
        )
        sentences = candidates(task.retrieved, self._library.cache, self._embedder.fingerprint)
        work = _Work(task, self._settings, Evidence(prompt.shown, sentences, self._checker), len(prompt.shown))
        work.messages = prompt.messages
        return work

    def _instead(self, task: Task, why: str) -> Iterator[Answer]:
        for answer in self._extractive.stream(task):
            yield answer.model_copy(update={"notes": (*answer.notes, f"{why} This answer quotes the sources instead.")})


class _NothingToShow(Exception):
    """The model's reply has nothing in it that could be shown."""


@dataclass
class _Work:
    """One answer in the making: the sentences that are finished and checked, and their footnotes."""

    task: Task
    settings: Settings
    evidence: Evidence
    given: int
    messages: tuple = ()  # type: ignore[type-arg]
    said: list[Said] = field(default_factory=list)
    aligned: list[Aligned] = field(default_factory=list)
    cut: str = ""
    broken: str = ""

    def check(self, said: Sequence[Said]) -> None:
        """Checks the sentences that are new since the last time."""
        for one in said[len(self.said) :]:
            self.said.append(one)
            self.aligned.append(self._aligned(one))

    def snapshot(self, growing: str = "") -> Answer:
        """The answer so far, with the sentence that is still being written."""
        return self._answer((), growing, complete=False)

    def finish(self, draft: Draft) -> Answer:
        """The answer when the model has ended, or was ended.

        Raises:
            _NothingToShow: There is no whole sentence.
        """
        said, _ = read_reply(draft.text[:LONGEST_REPLY], self.given, finished=True)
        torn = bool(self.broken or self.cut or draft.cut)
        if torn and said and said[-1].text[-1] not in _TORN:
            said.pop()
        if draft.cut and not self.broken:
            self.cut = self.cut or "The chat model reached its longest answer (chat.max_tokens) and was cut."
        if not said:
            raise _NothingToShow(self.broken or "The chat model's reply was empty.")
        if is_refusal(said) and not self.broken:
            name = self.settings.chat.model or ""
            return refusal(self.task, 0.0, name)
        self.check(said)
        if self.broken and not any(one.verdict.supported for one in self.aligned):
            raise _NothingToShow(self.broken.removesuffix(" What it had said until then is shown."))
        notes = tuple(note for note in (self.broken, self.cut) if note)
        return self._answer(notes, _BROKE_OFF if self.broken else "", complete=True)

    def _aligned(self, said: Said) -> Aligned:
        if is_gap(said.text):
            return Aligned((), Verdict(0.0, False, _ABSENCE))
        return self.evidence.align(said.text, said.numbers)

    def _answer(self, notes: tuple[str, ...], ending: str, *, complete: bool) -> Answer:
        strict = self.settings.answering.strict
        once = dict(zip(self.said, self.aligned, strict=True))  # small models run in circles
        kept = [(s, a) for s, a in once.items() if a.verdict.supported or not strict]
        removed = len(once) - len(kept)
        if complete and removed:
            notes += (
                f"{removed} sentence{'s' if removed > 1 else ''} that the sources don't support "
                f"{'were' if removed > 1 else 'was'} left out.",
            )
        name = self.settings.chat.model or ""
        if complete and not kept:
            return refusal(self.task, 0.0, name, notes)
        footnotes = _Footnotes(self.task)
        statements = tuple(
            Statement(
                text=said.text,
                citations=tuple(dict.fromkeys(footnotes.number(span) for span in aligned.spans)),
                support=aligned.verdict.score,
                supported=aligned.verdict.supported,
                reason=aligned.verdict.reason,
            )
            for said, aligned in kept
        )
        text = " ".join(s.text + "".join(f" [{n}]" for n in s.citations) for s in statements)
        return Answer(
            question=self.task.inquiry.question,
            standalone_question=self.task.standalone,
            answer=f"{text} {ending}".strip(),
            confidence=sum(s.support for s in statements) / len(statements) if statements else 0.0,
            statements=statements,
            citations=tuple(footnotes.citations),
            passages=self.task.retrieved.passages,
            model=name,
            notes=notes,
            complete=complete,
        )


class _Footnotes:
    """Footnotes in the order in which they are first cited; the same words are the same footnote."""

    def __init__(self, task: Task) -> None:
        self._texts = task.retrieved.texts
        self.citations: list[Citation] = []

    def number(self, span: Span) -> int:
        """The number of the footnote that quotes this span."""
        passage = span.passage
        source = self._texts[passage.version]
        for citation in self.citations:
            if (citation.version, citation.start, citation.end) == (passage.version, span.start, span.end):
                return citation.number
        self.citations.append(
            Citation(
                number=len(self.citations) + 1,
                source_id=passage.source_id,
                version=passage.version,
                title=passage.title,
                url=passage.url,
                page=passage.page,
                heading=passage.heading,
                start=span.start,
                end=span.end,
                quote=source.text[span.start : span.end],
                passage=passage.text,
            )
        )
        return len(self.citations)
