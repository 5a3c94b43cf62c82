"""Answers with the sources' own sentences, verbatim, each with its footnote. Needs no chat model."""

from collections.abc import Iterator, Sequence

from rag.answering.answerer import Task
from rag.answering.candidates import Candidate, candidates
from rag.answering.emphasis import emphasis
from rag.answering.refusal import refusal
from rag.answering.selection import Choice, choose
from rag.library.library import Library
from rag.models.embedder import Embedder
from rag.retrieval import Hit, Retrieved
from rag.schema import Answer, Citation, Passage, Statement
from rag.settings import AnsweringSettings

MODEL = "extractive"


class ExtractiveAnswerer:
    """Chooses the sentences that answer, in reading order; declines when it isn't confident enough."""

    def __init__(self, library: Library, embedder: Embedder, settings: AnsweringSettings) -> None:
        self._library = library
        self._embedder = embedder
        self._settings = settings

    def stream(self, task: Task) -> Iterator[Answer]:
        """One snapshot a sentence, the last of them complete; or a refusal."""
        sentences = candidates(task.retrieved, self._library.cache, self._embedder.fingerprint)
        choice = choose(task, sentences, self._library.index, self._settings)
        if not choice.sentences or choice.confidence < self._settings.min_confidence:
            yield refusal(task, choice.confidence, MODEL)
            return
        for count in range(1, len(choice.sentences) + 1):
            yield self._answer(task, choice, choice.sentences[:count], complete=count == len(choice.sentences))

    def _answer(self, task: Task, choice: Choice, sentences: Sequence[Candidate], *, complete: bool) -> Answer:
        cited = [citation(number, c, task.retrieved) for number, c in enumerate(sentences, start=1)]
        said = [" ".join(c.text.split()) for c in sentences]
        return Answer(
            question=task.inquiry.question,
            standalone_question=task.standalone,
            answer=" ".join(f"{text} [{number}]" for number, text in enumerate(said, start=1)),
            confidence=choice.confidence,
            statements=tuple(
                # A sentence quoted word for word is supported by what it quotes, by construction.
                Statement(
                    text=text,
                    citations=(number,),
                    support=1.0,
                    supported=True,
                    emphasis=emphasis(task.inquiry.question, text),
                )
                for number, text in enumerate(said, start=1)
            ),
            citations=tuple(cited),
            passages=task.retrieved.passages,
            model=MODEL,
            complete=complete,
        )


def citation(number: int, sentence: Candidate, retrieved: Retrieved) -> Citation:
    """The footnote of one sentence: its words and where they stand."""
    hit: Hit = retrieved.hits[sentence.hit]
    source = retrieved.texts[sentence.version]
    passage = next((p for p in retrieved.passages if _holds(p, sentence)), None)
    return Citation(
        number=number,
        source_id=source.source_id,
        version=sentence.version,
        title=source.title,
        url=source.url,
        page=hit.chunk.page,
        heading=hit.chunk.heading,
        start=sentence.start,
        end=sentence.end,
        quote=sentence.text,
        passage=passage.text if passage else hit.text,
    )


def _holds(passage: Passage, sentence: Candidate) -> bool:
    return passage.version == sentence.version and passage.start <= sentence.start and sentence.end <= passage.end
