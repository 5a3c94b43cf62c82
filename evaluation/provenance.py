"""What produced a run: enough to tell whether two runs can be compared, and why they differ."""

import hashlib
import importlib.metadata
import platform
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from evaluation.evidence import Texts
from evaluation.questions import QuestionSet
from rag.settings import Settings

IDENTITY = {
    "settings_fingerprint": "settings",
    "library_revision": "library revision",
    "library_texts": "sources",
    "model": "model",
    "code_version": "code version",
    "question_hash": "questions",
    "judge": "judge",
    "seed": "seed",
}
"""What must be the same for a run to be resumed, and how it is called."""


def provenance(
    questions: QuestionSet, settings: Settings, texts: Texts, revision: int, seed: int = 0
) -> dict[str, Any]:
    """What a run of these questions is produced by. Keys and places are left out."""
    return {
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "question_set": questions.name,
        "question_hash": questions.fingerprint,
        "settings_fingerprint": settings.fingerprint(),
        "settings": settings.model_dump(mode="json", exclude={"library": True, "cache": True, "chat": {"api_key"}}),
        "model": (settings.answering.answerer != "extractive" and settings.chat.model) or "extractive",
        "library_revision": revision,
        "library_texts": _texts_hash(texts),
        "sources": len(texts.texts),
        "code_version": code_version(),
        "python": platform.python_version(),
        "seed": seed,
    }


def differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    """How two runs differ in what produced them, each as ``settings.retrieval.top_k: 8 -> 4``."""
    before, after = dict(_flat("settings", a.get("settings", {}))), dict(_flat("settings", b.get("settings", {})))
    for name, called in IDENTITY.items():
        if name != "settings_fingerprint" or before == after:
            before[called], after[called] = a.get(name), b.get(name)
    return [
        f"{name}: {before.get(name)} -> {after.get(name)}"
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name)
    ]


@cache
def code_version() -> str:
    """The version of Footnote and a short hash of the code that answers and scores."""
    try:
        version = importlib.metadata.version("footnote")
    except importlib.metadata.PackageNotFoundError:
        version = "unreleased"
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(path for room in ("rag", "evaluation") for path in (root / room).rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{version}+{digest.hexdigest()[:12]}"


def _texts_hash(texts: Texts) -> str:
    digest = hashlib.sha256()
    for text in sorted(texts.texts.values()):
        digest.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    return digest.hexdigest()[:12]


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner)
    else:
        yield name, value
