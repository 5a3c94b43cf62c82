"""How much of what was retrieved is evidence, token by token, whatever the chunks.

Smith and Troynikov, "Evaluating Chunking Strategies for Retrieval" (Chroma technical report, 2024). Tokens
are words. A token that is retrieved twice counts twice in what was retrieved, once in what was found: overlap
between passages costs precision.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from evaluation.evidence import Places, Span

_WORD = re.compile(r"\w+")


class TokenScores(NamedTuple):
    """Shares of tokens, each in [0, 1]."""

    recall: float
    precision: float
    iou: float


def token_scores(passages: Sequence[Span], evidence: Sequence[Places], texts: Mapping[str, str]) -> TokenScores:
    """Compare the tokens of passages with those of the evidence.

    ``recall = |found| / |evidence|``, ``precision = |found| / |retrieved|``,
    ``iou = |found| / (|evidence| + |retrieved| - |found|)``.

    Args:
        passages: What was retrieved.
        evidence: The quotes; of several places of one, the one that is retrieved best is meant.
        texts: Canonical texts by source id.
    """
    retrieved = [_tokens(passage, texts) for passage in passages]
    reached = set().union(*retrieved)
    wanted: set[tuple[str, int]] = set()
    for places in evidence:
        wanted |= max((_tokens(place, texts) for place in places), key=lambda tokens: len(tokens & reached))
    found, total = len(wanted & reached), sum(map(len, retrieved))
    return TokenScores(
        recall=found / len(wanted) if wanted else 0.0,
        precision=found / total if total else 0.0,
        iou=found / (len(wanted) + total - found) if wanted else 0.0,
    )


def _tokens(span: Span, texts: Mapping[str, str]) -> set[tuple[str, int]]:
    """The tokens of a span, by where they begin in their source."""
    text = texts.get(span.source_id, "")
    return {(span.source_id, word.start()) for word in _WORD.finditer(text, span.start, span.end)}
