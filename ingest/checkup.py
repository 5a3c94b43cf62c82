"""After a source is in: can it be found again, and does it look like another one?"""

import re
from collections import Counter
from collections.abc import Sequence

from ingest.report import HEALTH, Health, Twin
from rag.library.library import Library
from rag.models.embedder import Embedder
from rag.retrieval import HybridRetriever
from rag.schema import Chunk, SourceText
from rag.sentences import split_sentences
from rag.settings import Settings

TOP = 5
SAME = 0.97
"""Cosine from which two chunks count as the same text; rewordings of a sentence stay well below."""
NEARLY_ALL, PART = 0.8, 0.1
"""Shares of a source's sentences, or of the chunks sampled, from which it is told that another has them, too."""
_SENTENCE = 40  # letters
_QUERY_WORDS = 8
_TINY, _MANY_TINY = 3, 0.2  # words of a chunk; share of the chunks
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


class Examiner:
    """Checks sources after they were committed. Thread-safe."""

    def __init__(self, library: Library, embedder: Embedder, settings: Settings) -> None:
        wide = settings.retrieval.model_copy(update={"top_k": TOP, "merge_neighbours": False})
        plain = settings.model_copy(update={"retrieval": wide})
        self._library = library
        self._embedder = embedder
        self._samples = settings.ingest.probes
        self._retriever = HybridRetriever(library=library, embedder=embedder, settings=plain)

    def check(self, source_id: str) -> Health:
        """Searches for samples of a source and for other sources that say the same; keeps and returns its health."""
        text = self._library.text(source_id)
        before = Health.of(text.metadata) or Health()
        chunks = self._library.catalogue.chunks_of(text.version)
        tiny = sum(len(_WORD.findall(text.text, chunk.start, chunk.end)) < _TINY for chunk in chunks)
        queries = probes(text, self._samples)
        missed = [query for query in queries if not self._brings_back(query, source_id)]
        twin = self._twin(text, chunks)
        notes = list(before.notes)
        if tiny >= _MANY_TINY * len(chunks) and len(chunks) > 1:
            notes.append(f"{tiny} of {len(chunks)} chunks hold hardly a word.")
        if missed:
            notes.append(f"{len(missed)} of {len(queries)} samples don't bring it back: “{missed[0]}”.")
        if twin is not None:
            notes.append(_about(twin))
        health = before.model_copy(
            update={
                "chunks": len(chunks),
                "tiny_chunks": tiny,
                "probed": len(queries),
                "found": len(queries) - len(missed),
                "same_as": twin,
                "notes": tuple(notes),
            }
        )
        self._library.catalogue.annotate(text.version, HEALTH, health.model_dump(mode="json"))
        return health

    def _brings_back(self, query: str, source_id: str) -> bool:
        hits = self._retriever.retrieve([query]).hits
        return any(hit.chunk.source_id == source_id for hit in hits)

    def _twin(self, text: SourceText, chunks: Sequence[Chunk]) -> Twin | None:
        """The source that holds most of this one's text, word for word or nearly so; None if none holds a part."""
        shares = Counter(self._library.catalogue.sharing(text.version, _SENTENCE))
        step = max(1, len(chunks) // max(1, self._samples))
        sampled = [chunk.id for chunk in chunks[::step]]
        _, vectors = self._library.cache.chunk_vectors(sampled, self._embedder.fingerprint)
        alike: Counter[str] = Counter()
        for vector in vectors:
            near = [i for i, cosine in self._library.index.search_dense(vector, TOP) if cosine >= SAME]
            alike.update({chunk.source_id for chunk in self._library.catalogue.chunks(near).values()})
        shares |= Counter({other: count / len(sampled) for other, count in alike.items()})
        del shares[text.source_id]
        if not shares:
            return None
        other, share = shares.most_common(1)[0]
        if share < PART:
            return None
        title = self._library.source(other).title
        return Twin(source_id=other, title=title, share=round(share, 4), version=share >= NEARLY_ALL)


def _about(twin: Twin) -> str:
    if twin.version:
        return f"Nearly all of it stands in “{twin.title}”, too: it looks like another version of that."
    return f"Parts of it ({twin.share:.0%}) stand in “{twin.title}”, too."


def probes(text: SourceText, count: int) -> list[str]:
    """Queries that should find a text: its rarest words from sentences spread over it, and one of its headings."""
    sentences = [text.text[start:end] for start, end in split_sentences(text.text)]
    wordy = [words for words in map(_WORD.findall, sentences) if len(words) >= 6]
    often = Counter(word.casefold() for words in wordy for word in set(words))
    step = max(1, len(wordy) // max(1, count))
    queries = []
    for words in wordy[step // 2 :: step][:count]:
        rarest = sorted(range(len(words)), key=lambda i: (often[words[i].casefold()], -len(words[i])))[:_QUERY_WORDS]
        queries.append(" ".join(words[i] for i in sorted(rarest)))
    headings = [heading.title for heading in text.headings if len(_WORD.findall(heading.title)) >= 3]
    return queries + headings[:1] if count else []
