"""Trains the cross-encoder: `python -m benchmarks.reader.teach DATA_DIR --out DIR`.

DATA_DIR holds the training sets as JSON lines; nothing of the evaluation sets is read. Word embeddings stay frozen;
matrix products are bfloat16, which is fast only where the processor has it.
"""

import argparse
import math
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy
from torch.nn.functional import softplus

from benchmarks.reader.examples import CountTokens, Example, examples
from benchmarks.reader.network import Batch, Reader, encoded
from rag.models.embedder import packaged_model, packaged_tokenizer

PAIRS = 16
BODY_RATE, HEAD_RATE = 8e-5, 1e-3
WARM_UP = 0.04  # share of the steps
APART = 0.5  # weight of telling the answered from the unanswered of a batch, whatever both score


def loss(network: Reader, batch: Batch, taught: Sequence[Example]) -> Tensor:
    """What a batch gets wrong: sentences, whether answered, whether supported, which of two is likelier answered."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        sentences, whole = network(batch.ids, batch.mask, batch.types, batch.sentences)
    sentences, whole = sentences.float(), whole.float()
    parts = []
    for row, example in enumerate(taught):
        if example.evidence is not None:
            logits, gold = sentences[row, : len(example.evidence)], torch.tensor(example.evidence)
            parts.append(cross_entropy(logits, gold.float(), pos_weight=torch.tensor(2.0)))
            if gold.any() and len(gold) > 1:
                parts.append(torch.logsumexp(logits, 0) - torch.logsumexp(logits[gold], 0))
        for column, known in enumerate((example.answerable, example.supported)):
            if known is not None:
                parts.append(cross_entropy(whole[row, column], torch.tensor(float(known))))
    answered = whole[[row for row, example in enumerate(taught) if example.answerable], 0]
    unanswered = whole[[row for row, example in enumerate(taught) if example.answerable is False], 0]
    apart = softplus(unanswered.unsqueeze(0) - answered.unsqueeze(1))
    return torch.stack(parts).sum() / len(taught) + (APART * apart.mean() if apart.numel() else 0.0)


def batches(taught: Sequence[Example], chance: random.Random) -> Iterator[list[Example]]:
    """Examples of like length together, batches in a drawn order."""
    groups = []
    for at in range(0, len(taught), PAIRS * 50):
        some = sorted(taught[at : at + PAIRS * 50], key=lambda e: len(e.question) + sum(map(len, e.sentences)))
        groups += [some[i : i + PAIRS] for i in range(0, len(some), PAIRS)]
    chance.shuffle(groups)
    yield from groups


def plans(
    folder: Path, count: CountTokens, seed: int, epochs: float, first: int = 0
) -> Iterator[tuple[float, list[Example]]]:
    """Batches of all epochs from the first on, each with the share of the teaching that is done after it."""
    for epoch in range(math.ceil(epochs)):
        taught = examples(folder, count, seed, first + epoch)
        plan = list(batches(taught, random.Random(f"{seed} {epoch}")))
        print(f"epoch {epoch + 1}: {len(taught)} examples, {len(plan)} steps", flush=True)
        for at, some in enumerate(plan, start=1):
            done = (epoch + at / len(plan)) / epochs
            if done > 1:
                return
            yield done, some


def main() -> None:
    """Trains and stores the weights, with a line of progress every hundred steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=float, default=1.4)
    parser.add_argument("--threads", type=int, default=1, help="a second one gains little")
    parser.add_argument("--after", type=int, default=0, help="go on with the weights in --out, stored after this step")
    parser.add_argument("--begin", type=Path, help="weights to begin with, in place of the packaged encoder's")
    parser.add_argument("--first-epoch", type=int, default=0, help="draw the examples as from this epoch on")
    parser.add_argument("--rate", type=float, default=1.0, help="of learning, as a share of the usual one")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    weights = args.out / "reader.pt"
    tokenizer = packaged_tokenizer(packaged_model())
    network = Reader(packaged_model())
    if args.begin:
        network.load_state_dict(torch.load(args.begin, weights_only=True))
    if args.after:
        network.load_state_dict(torch.load(weights, weights_only=True))
    network.train()
    body = [p for p in network.encoder.parameters() if p.requires_grad]
    heads = [p for module in (network.sentence, network.piece, network.whole) for p in module.parameters()]
    optimizer = torch.optim.AdamW([{"params": body}, {"params": heads}], weight_decay=0.01, fused=True)
    began, pieces, total = time.monotonic(), 0, 0.0
    count = lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)  # noqa: E731
    for step, (done, some) in enumerate(plans(args.data, count, args.seed, args.epochs, args.first_epoch), start=1):
        if step <= args.after:
            continue
        warm = min(1.0, done / WARM_UP, (step - args.after) / 50)  # the optimizer has to get to know the slopes anew
        for group, rate in zip(optimizer.param_groups, (BODY_RATE, HEAD_RATE), strict=True):
            group["lr"] = args.rate * rate * min(warm, max(0.02, (1 - done) / (1 - WARM_UP)))
        batch = encoded([(e.question, e.title, e.sentences) for e in some], tokenizer)
        wrong = loss(network, batch, some)
        optimizer.zero_grad()
        wrong.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(body + heads, 1.0)
        optimizer.step()
        total += float(wrong.detach())
        pieces += int(batch.mask.sum())
        if step % 100 == 0:
            rate = pieces / (time.monotonic() - began)
            print(f"step {step}, {done:.0%}: loss {total / 100:.3f}, {rate:.0f} word pieces a second", flush=True)
            total = 0.0
        if step % 500 == 0:
            torch.save(network.state_dict(), weights)
    torch.save(network.state_dict(), weights)


if __name__ == "__main__":
    main()
