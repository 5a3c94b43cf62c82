"""The cross-encoder: MiniLM over a question and a passage, with a score for each sentence and two for the whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

SEPARATOR, FIRST = 102, 101


@dataclass(frozen=True)
class Batch:
    """Pairs as the network takes them, all ``(pairs, length)`` but the last.

    Attributes:
        ids: Word pieces.
        types: 0 for the question, 1 for the passage.
        mask: 0 where it is padding.
        sentences: The sentence that each piece is of, counted from 1; 0 for what is no sentence.
        counts: How many sentences each passage has.
    """

    ids: Tensor
    types: Tensor
    mask: Tensor
    sentences: Tensor
    counts: list[int]


class Reader(nn.Module):
    """Scores are logits: one for each sentence, one for "answers", one for "supports"."""

    def __init__(self, encoder: Path) -> None:
        from transformers import AutoModel

        super().__init__()
        self.encoder = AutoModel.from_pretrained(
            encoder,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            attn_implementation="eager",  # on CPUs half as long: the fused one goes backwards slowly
        )
        self.encoder.pooler = None
        self.encoder.embeddings.word_embeddings.weight.requires_grad = False
        self.encoder.embeddings.position_embeddings.weight.requires_grad = False
        size = int(self.encoder.config.hidden_size)
        self.sentence = nn.Linear(size, 1)  # of a sentence's mean state
        self.piece = nn.Linear(size, 1)  # of its strongest word piece
        self.whole = nn.Sequential(nn.Linear(size, size), nn.Tanh(), nn.Linear(size, 2))

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor, sentences: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of sentences ``(pairs, most sentences)``, and of the whole ``(pairs, 2)``."""
        states = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state.float()
        most = int(sentences.max())
        within = (sentences.unsqueeze(1) == torch.arange(1, most + 1).view(1, -1, 1)).float()
        means = within @ states / within.sum(-1, keepdim=True).clamp(min=1)
        strongest = (self.piece(states).transpose(1, 2) - 1e4 * (1 - within)).amax(-1)
        return self.sentence(means).squeeze(-1) + strongest, self.whole(states[:, 0])


def encoded(pairs: Sequence[tuple[str, str, Sequence[str]]], tokenizer: Any) -> Batch:
    """Pairs of a question and a passage (title, sentences)."""
    rows = [_row(tokenizer, *pair) for pair in pairs]
    longest = max(len(ids) for ids, _, _ in rows)
    ids, types, mask, sentences = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(4))
    for row, (pieces, kinds, of) in enumerate(rows):
        ids[row, : len(pieces)] = torch.tensor(pieces)
        types[row, : len(pieces)] = torch.tensor(kinds)
        sentences[row, : len(pieces)] = torch.tensor(of)
        mask[row, : len(pieces)] = 1
    return Batch(ids, types, mask, sentences, [len(pair[2]) for pair in pairs])


def _row(tokenizer: Any, question: str, title: str, passage: Sequence[str]) -> tuple[list[int], list[int], list[int]]:
    asked, head, *parts = (
        cast(list[int], encoding.ids)
        for encoding in tokenizer.encode_batch_fast([question, title, *passage], add_special_tokens=False)
    )
    if head:
        head = [*head, SEPARATOR]
    ids = [FIRST, *asked, SEPARATOR, *head]
    kinds, of = [0] * (len(asked) + 2) + [1] * len(head), [0] * len(ids)
    for number, part in enumerate(parts, start=1):
        ids += part
        of += [number] * len(part)
    ids.append(SEPARATOR)
    of.append(0)
    return ids, kinds + [1] * (len(ids) - len(kinds)), of
