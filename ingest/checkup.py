"""After a source is in: can it be found again, and does it look like another one?"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rag.library.library import Library
from rag.models.embedder import Embedder
from rag.retrieval import HybridRetriever
from rag.schema import SourceText
from rag.sentences import split_sentences
from rag.settings import Settings

TOP = 5
SAME = 0.97
"""Cosine from which two chunks count as the same text; rewordings of a sentence stay well below."""
NEARLY_ALL = 0.8
_QUERY_WORDS = 8
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True)
class Checkup:
    """What was found out about a source.

    Attributes:
        probed: How many of its sentences and headings were searched for.
        found: How many of them brought the source back among the first five passages.
        notes: What a librarian should know, in sentences.
    """

    probed: int
    found: int
    notes: tuple[str, ...]


class Examiner:
    """Checks sources after they were committed. Thread-safe."""

    def __init__(self, library: Library, embedder: Embedder, settings: Settings) -> None:
        wide = settings.retrieval.model_copy(update={"top_k": TOP, "merge_neighbours": False})
        plain = settings.model_copy(update={"retrieval": wide})
        self._library = library
        self._embedder = embedder
        self._samples = settings.ingest.probes
        self._retriever = HybridRetriever(library=library, embedder=embedder, settings=plain)

    def check(self, source_id: str) -> Checkup:
        """Searches for samples of a source, and for other sources that say the same."""
        text = self._library.text(source_id)
        queries = probes(text, self._samples)
        missed = [query for query in queries if not self._brings_back(query, source_id)]
        notes = [f"{len(missed)} of {len(queries)} samples don't bring it back: “{missed[0]}”."] if missed else []
        return Checkup(len(queries), len(queries) - len(missed), (*notes, *self._twins(text)))

    def _brings_back(self, query: str, source_id: str) -> bool:
        hits = self._retriever.retrieve([query]).hits
        return any(hit.chunk.source_id == source_id for hit in hits)

    def _twins(self, text: SourceText) -> Sequence[str]:
        """A note on the source that holds most of this one's text, if one holds nearly all of it or a good part."""
        chunks = self._library.catalogue.chunks_of(text.version)
        step = max(1, len(chunks) // max(1, self._samples))
        sampled = [chunk.id for chunk in chunks[::step]]
        _, vectors = self._library.cache.chunk_vectors(sampled, self._embedder.fingerprint)
        shared: Counter[str] = Counter()
        for vector in vectors:
            near = [i for i, cosine in self._library.index.search_dense(vector, TOP) if cosine >= SAME]
            others = {chunk.source_id for chunk in self._library.catalogue.chunks(near).values()} - {text.source_id}
            shared.update(others)
        if not shared:
            return ()
        other, count = shared.most_common(1)[0]
        title = self._library.source(other).title
        if count >= NEARLY_ALL * len(sampled):
            return (f"Nearly all of it stands in “{title}”, too: it looks like another version of that.",)
        return (f"Parts of it ({count} of {len(sampled)} sampled passages) stand in “{title}”, too.",)


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
