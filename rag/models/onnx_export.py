"""Converts a BERT-like sentence encoder to ONNX, once, into the cache folder.

``python -m rag.models.onnx_export`` does it ahead of time (the install runs it).
"""

import hashlib
import json
import logging
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

from rag.errors import ModelError

FORMAT = 1  # raise it when the exported graph changes


def converted(model: Path, cache: Path) -> tuple[Path, str]:
    """The ONNX file of a model folder and the SHA-256 of its weights, converting it if that wasn't done yet.

    Raises:
        ModelError: The folder holds no readable weights, or the conversion failed.
    """
    weights = model / "model.safetensors"
    try:
        stat = weights.stat()
    except OSError:
        raise ModelError(f"The model folder {model} has no model.safetensors.", "Run 'make install' again.") from None
    key = hashlib.sha256(f"{FORMAT}|{weights}|{stat.st_size}|{stat.st_mtime_ns}".encode()).hexdigest()[:16]
    folder = cache / "models"
    onnx, note = folder / f"{key}.onnx", folder / f"{key}.json"
    if not (onnx.exists() and note.exists()):
        print("Preparing the embedder (once, about 20 seconds) ...", file=sys.stderr, flush=True)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            digest = hashlib.sha256(weights.read_bytes()).hexdigest()
            _export(model, onnx)
            _write(note, json.dumps({"weights_sha256": digest}).encode())
        except OSError as error:
            raise ModelError(
                f"The embedder can't be prepared in {folder}: {error.strerror or error}.",
                "Free some space, or name another folder in FOOTNOTE_CACHE.",
            ) from error
    return onnx, str(json.loads(note.read_text())["weights_sha256"])


def _export(model: Path, target: Path) -> None:
    """Writes encoder, mean pooling and L2 normalisation as one graph with free batch and length."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".partial")
    os.close(handle)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _write_graph(model, name)
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)


def _write_graph(model: Path, target: str) -> None:
    import torch
    from transformers import AutoModel
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    encoder = AutoModel.from_pretrained(str(model)).eval()

    class SentenceEncoder(torch.nn.Module):
        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            states = encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(states.dtype)
            mean = (states * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, dim=-1)

    module = SentenceEncoder()
    module.encoder = encoder
    ids = torch.randint(5, 2000, (2, 16))
    free: Any = {0: torch.export.Dim("batch", max=512), 1: torch.export.Dim("length", min=2, max=512)}
    torch.onnx.export(
        module,
        (ids, torch.ones_like(ids)),
        target,
        input_names=["input_ids", "attention_mask"],
        output_names=["vectors"],
        dynamic_shapes={"input_ids": free, "attention_mask": free},
        dynamo=True,
        external_data=False,
        verbose=False,
    )


def _write(path: Path, content: bytes) -> None:
    partial = path.with_suffix(".partial")
    partial.write_bytes(content)
    os.replace(partial, path)


def main() -> None:
    """Converts the packaged model now, so that the first question doesn't wait for it."""
    from rag.models.embedder import packaged_model
    from rag.settings import load_settings

    converted(packaged_model(), load_settings().cache)


if __name__ == "__main__":
    main()
