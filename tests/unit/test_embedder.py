from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelError
from rag.models.embedder import Embedder, OnnxEmbedder, load_embedder, packaged_model
from rag.settings import load_settings

TEXTS = [
    "The ships left the harbour in May.",
    "",
    "船が出た。",
    "word " * 1000,
    "x" * 5000,
    "\ud800 lone",
    "[PAD] [SEP]",
]


def test_every_text_gets_a_unit_vector(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimension) == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)
    assert embedder.embed([]).shape == (0, 384)


def test_a_vector_does_not_depend_on_what_it_is_embedded_with(embedder: Embedder) -> None:
    together = embedder.embed(TEXTS)
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-5


def test_what_means_the_same_lies_closer(embedder: Embedder) -> None:
    a, b, c = embedder.embed(["The boats departed.", "Ships left the port.", "Bread is made of flour."])
    assert a @ b > a @ c + 0.3


def test_tokens_beyond_the_limit_are_counted_but_not_read(embedder: Embedder) -> None:
    assert embedder.count_tokens("word " * 1000) == 1000
    long, cut = embedder.embed(["word " * 1000, "word " * (embedder.max_tokens - 2)])
    assert np.abs(long - cut).max() < 1e-5


def test_special_tokens_in_a_text_are_plain_letters(embedder: Embedder) -> None:
    assert embedder.count_tokens("[SEP]") == 3
    one, two = embedder.embed(["before [PAD] after", "before after"])
    assert one @ two < 0.99


def test_the_length_is_part_of_the_fingerprint_and_stays_within_the_model(embedder: Embedder) -> None:
    shorter = load_embedder(load_settings({"embedder": {"max_tokens": 128}}))
    assert shorter.fingerprint != embedder.fingerprint
    longest = load_embedder(load_settings({"embedder": {"max_tokens": 8192}}))
    assert longest.max_tokens == 512
    assert longest.embed(["word " * 9000]).shape == (1, 384)


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"has no model\.safetensors"):
        OnnxEmbedder(tmp_path, load_settings())


def test_a_damaged_conversion_is_named(tmp_path: Path) -> None:
    model, settings = packaged_model(), load_settings({"cache": tmp_path})
    from rag.models.onnx_export import converted

    made, _ = converted(model, load_settings().cache)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / made.name).write_bytes(b"half of it")
    (tmp_path / "models" / made.with_suffix(".json").name).write_text('{"weights_sha256": "0"}')
    with pytest.raises(ModelError, match=r"is damaged.*Delete it"):
        OnnxEmbedder(model, settings)


def test_a_cache_that_cannot_be_written_is_named() -> None:
    with pytest.raises(ModelError, match=r"/proc/cache.*FOOTNOTE_CACHE"):
        OnnxEmbedder(packaged_model(), load_settings({"cache": "/proc/cache"}))
