"""Turns trained weights into what is shipped: `python -m benchmarks.reader.export READER.pt rag/models/reader.onnx`.

The graph gives a score for each word piece, which the product gathers by sentence, so that it needs to know nothing of
sentences. Weights are stored as 8-bit integers unless `--float` says otherwise.
"""

import argparse
import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.reader.network import Reader
from rag.models.embedder import packaged_model


class ByPiece(nn.Module):
    """The network with sentences undone: a sentence scores the first output's mean plus the second's maximum."""

    def __init__(self, network: Reader) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, ...]:
        """Mean part and strongest part ``(pairs, length)``, and the whole's two logits ``(pairs, 2)``."""
        network = self.network
        states = network.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        return network.sentence(states).squeeze(-1), network.piece(states).squeeze(-1), network.whole(states[:, 0])


def export(weights: Path, target: Path, *, quantized: bool) -> None:
    """Writes the ONNX file."""
    network = Reader(packaged_model())
    network.load_state_dict(torch.load(weights, weights_only=True))
    ids = torch.randint(5, 2000, (2, 16))
    free: Any = {0: torch.export.Dim("batch", max=512), 1: torch.export.Dim("length", min=2, max=512)}
    names = ["input_ids", "attention_mask", "token_type_ids"]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = Path(folder) / "reader.onnx"
        torch.onnx.export(
            ByPiece(network).eval(),
            (ids, torch.ones_like(ids), torch.zeros_like(ids)),
            str(plain if quantized else target),
            input_names=names,
            output_names=["mean", "strongest", "whole"],
            dynamic_shapes=dict.fromkeys(names, free),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        if quantized:
            from onnxruntime.quantization import QuantType, quantize_dynamic

            quantize_dynamic(plain, target, weight_type=QuantType.QInt8, per_channel=True)


def main() -> None:
    """Exports and tells the size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--float", action="store_true", help="leave the weights as 32-bit numbers")
    args = parser.parse_args()
    export(args.weights, args.target, quantized=not args.float)
    print(f"{args.target}: {args.target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
