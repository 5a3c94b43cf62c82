"""What people say of answers: a line of JSON each, kept beside the library."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

from ui.web.conversation import Exchange

FILE = "feedback.jsonl"
REASONS = ("Wrong", "Not what the source says", "Incomplete", "Should have declined", "Should have answered")
"""Reasons for a bad verdict."""

_writing = threading.Lock()


def keep(folder: Path, exchange: Exchange) -> None:
    """Adds a verdict with the whole answer to the file in a library's folder. The latest one on an answer counts."""
    said = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "verdict": exchange.verdict,
        "reason": exchange.reason,
        "history": [turn.model_dump() for turn in exchange.history],
        "answer": exchange.answer.model_dump(mode="json") if exchange.answer else None,
    }
    with _writing, (folder / FILE).open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(said, ensure_ascii=False) + "\n")
