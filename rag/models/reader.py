"""The reader: a small cross-encoder that comes with Footnote and reads a question together with a passage.

It tells for each sentence whether it is part of the answer, and for the passage whether it answers at all. Trained by
`benchmarks.reader.teach`; docs/reader.md is its card. Runs in ONNX Runtime with the packaged embedder's tokenizer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.models.embedder import CLS, SEP, cores, packaged_model, packaged_tokenizer

Floats = NDArray[np.float32]

WEIGHTS = Path(__file__).with_name("reader.onnx")
LONGEST = 256
"""Word pieces of question and passage together; sentences beyond are not read. Trained on 224."""


@dataclass(frozen=True)
class Read:
    """What the reader makes of one passage. All are logits: above 0 is likelier than not.

    Attributes:
        sentences: For each sentence, that it is part of the answer; what wasn't read has the lowest of those that were.
        answers: That the passage answers the question.
        supports: That the passage supports what the question claims.
    """

    sentences: Floats
    answers: float
    supports: float


class Reader:
    """Reads passages; safe to use from several threads."""

    def __init__(self, weights: Path = WEIGHTS, threads: int = 0) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or cores()
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has a dozen kinds
            raise ModelError(f"The reader {weights} can't be loaded.", "Run 'make install' again.") from error
        self._tokenizer = packaged_tokenizer(packaged_model())

    def read(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[Read]:
        """Reads each passage, given as its title (may be empty) and its sentences, with the question."""
        texts = [question, *(text for title, sentences in passages for text in (title, *sentences))]
        clean = [text.encode("utf-8", "replace").decode() for text in texts]  # lone surrogates
        pieces = iter([e.ids for e in self._tokenizer.encode_batch_fast(clean, add_special_tokens=False)])
        asked = next(pieces)[: LONGEST // 3]
        rows = [_row(asked, next(pieces), [next(pieces) for _ in sentences]) for _, sentences in passages]
        return [self._run(row) for row in rows]

    def _run(self, row: "_Row") -> Read:
        # One at a time: 8-bit arithmetic scales by what it sees, and a score must not depend on a neighbour's words.
        ids = np.array([row.ids], np.int64)
        types = np.array([[0] * row.asked + [1] * (len(row.ids) - row.asked)], np.int64)
        inputs: dict[str, Any] = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types}
        mean, strongest, whole = self._session.run(None, inputs)
        return Read(_by_sentence(row, mean[0], strongest[0]), float(whole[0, 0]), float(whole[0, 1]))


@dataclass(frozen=True)
class _Row:
    """One pair as word pieces: `asked` of them are the question's, `spans` are where the sentences lie (empty: cut)."""

    ids: list[int]
    asked: int
    spans: list[tuple[int, int]]


def _row(asked: list[int], title: list[int], sentences: Sequence[list[int]]) -> _Row:
    ids = [CLS, *asked, SEP]
    head = len(ids)
    if title:
        ids += [*title[: LONGEST // 6], SEP]
    spans = []
    for pieces in sentences:
        start = len(ids)
        ids += pieces[: LONGEST - 1 - start]
        spans.append((start, len(ids)))
    return _Row([*ids, SEP], head, spans)


def _by_sentence(row: _Row, mean: Floats, strongest: Floats) -> Floats:
    """A sentence's mean piece and its strongest one, as the network was taught."""
    scores = np.array([mean[a:b].mean() + strongest[a:b].max() if b > a else np.nan for a, b in row.spans], np.float32)
    if np.isnan(scores).any():
        scores[np.isnan(scores)] = np.nanmin(scores) if not np.isnan(scores).all() else 0.0
    return scores


def reads(claim: str, evidence: Sequence[str]) -> float:
    """The chance that sentences bear a claim out, as the packaged reader sees it."""
    supports = load_reader().read(claim, [("", evidence)])[0].supports
    return float(1 / (1 + np.exp(-supports)))


@cache
def load_reader(threads: int = 0) -> Reader:
    """The reader that comes with the install, loaded once.

    Raises:
        ModelError: Its weights aren't there or can't be read.
    """
    return Reader(threads=threads)
