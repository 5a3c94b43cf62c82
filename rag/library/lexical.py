"""The BM25 index: chunk texts in Tantivy. Holds nothing that the catalogue can't give again."""

import math
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy

_ANALYSER = "footnote_english"
_FOLDED = str.maketrans({"’": "'", "‘": "'", "ʼ": "'"})


class LexicalIndex:
    """BM25 over chunk texts (k1 = 1.2, b = 0.75), English stop words dropped and words stemmed."""

    def __init__(self, path: Path, analyse: tantivy.TextAnalyzer | None = None) -> None:
        path.mkdir(parents=True, exist_ok=True)
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("id", indexed=True, fast=True)
        builder.add_text_field("source", stored=False, tokenizer_name="raw")
        builder.add_text_field("text", stored=False, tokenizer_name=_ANALYSER, index_option="freq")
        self._index = tantivy.Index(builder.build(), path=str(path))
        self._analyser = analyse or analyser()
        self._index.register_tokenizer(_ANALYSER, self._analyser)
        self._schema = self._index.schema
        self._writing = threading.Lock()

    def add(self, entries: Iterable[tuple[int, str, str]]) -> None:
        """Stores ``(chunk id, source id, text)`` entries and commits them."""
        with self._written() as writer:
            for chunk_id, source_id, text in entries:
                document = tantivy.Document(source=[source_id], text=[_clean(text)])
                document.add_unsigned("id", chunk_id)
                writer.add_document(document)

    def remove(self, ids: Sequence[int]) -> None:
        """Deletes the postings of these chunks; unknown ids are no error."""
        if not ids:
            return
        with self._written() as writer:
            # Not delete_documents_by_term: on an unsigned field it deletes nothing, without an error (tantivy 0.27.0).
            writer.delete_documents_by_query(tantivy.Query.term_set_query(self._schema, "id", list(ids)))

    @contextmanager
    def _written(self) -> Iterator[tantivy.IndexWriter]:
        """A writer whose work is committed and can be found afterwards, or undone if it fails."""
        with self._writing:
            writer = self._index.writer(heap_size=50_000_000, num_threads=1)
            try:
                writer.garbage_collect_files()  # a writer that died leaves files which bar the way of the next one
                yield writer
                writer.commit()
            except BaseException:
                writer.rollback()
                raise
            finally:
                writer.wait_merging_threads()  # lets go of the index's lock
            self._index.reload()

    def search(self, query: str, k: int, sources: frozenset[str] | None = None) -> list[tuple[int, float]]:
        """The k best chunks as ``(id, BM25 score)``, best first; only of these sources, if given."""
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "text", term)) for term in self.terms(query)
        ]
        if not terms or (sources is not None and not sources):
            return []
        words = tantivy.Query.boolean_query(terms)
        if sources is not None:
            allowed = tantivy.Query.term_set_query(self._schema, "source", sorted(sources))
            words = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, words), (tantivy.Occur.Must, tantivy.Query.const_score_query(allowed, 0.0))]
            )
        searcher = self._index.searcher()
        hits = searcher.search(words, k).hits
        ids = searcher.fast_field_values("id", [address for _, address in hits])
        return [(int(i or 0), float(score)) for i, (score, _) in zip(ids, hits, strict=True)]

    def terms(self, text: str) -> list[str]:
        """The text as the index sees it: folded, without stop words, stemmed."""
        return list(self._analyser.analyze(_clean(text)))

    def rarity(self, term: str) -> float:
        """Inverse document frequency of a term, as BM25 has it: ``ln(1 + (n - df + .5) / (df + .5))``."""
        searcher = self._index.searcher()
        having = searcher.doc_freq("text", term)
        return math.log1p(max(searcher.num_docs - having + 0.5, 0.0) / (having + 0.5))

    def holding(self, word: str) -> int | None:
        """How many chunks hold a word, in any of its forms; None for a stop word."""
        searcher = self._index.searcher()
        return max((int(searcher.doc_freq("text", term)) for term in self.terms(word)), default=None)

    def ids(self) -> set[int]:
        """The ids of all stored chunks."""
        searcher = self._index.searcher()
        if searcher.num_docs == 0:
            return set()
        hits = searcher.search(tantivy.Query.all_query(), searcher.num_docs).hits
        return {int(i or 0) for i in searcher.fast_field_values("id", [address for _, address in hits])}

    def close(self) -> None:
        """Nothing is held open between calls."""


def analyser(stop_words: bool = True, stem: bool = True, further: Sequence[str] = ()) -> tantivy.TextAnalyzer:
    """How texts and questions become terms: folded, without stop words and further words, stemmed."""
    building = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
    )
    if stop_words:
        building = building.filter(tantivy.Filter.stopword("english"))
    if further:
        building = building.filter(tantivy.Filter.custom_stopword(list(further)))
    if stem:
        building = building.filter(tantivy.Filter.stemmer("english"))
    return building.build()


def _clean(text: str) -> str:
    """One kind of apostrophe, and no lone surrogates."""
    return text.translate(_FOLDED).encode("utf-8", "replace").decode()
