"""The process that parses: reads files from its standard input, writes what it makes of them to its output."""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from ingest.limits import Limits
from ingest.loaders import load
from ingest.loaders.file import File
from ingest.pdf_page import PageWish, draw
from ingest.sandbox import ALIVE, LENGTH
from rag.errors import SourceError

_STACK = 5_000  # frames: what is nested deeper than the parsers go is an error of its own
_GRACE = 10  # seconds after which an orphan ends itself


def main() -> None:
    """Serve until standard input ends."""
    limits = Limits.model_validate_json(sys.argv[1])
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what libraries print must not mix with the messages
    sys.setrecursionlimit(_STACK)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer, which ends us
    _confine(limits)
    _send(sink, b"ready")

    def alive() -> None:
        _send(sink, ALIVE)
        _alarm(limits.seconds + limits.ocr_seconds + _GRACE)

    while (header := _receive(source)) is not None and (data := _receive(source)) is not None:
        _alarm(limits.seconds + _GRACE)
        asked = json.loads(header)
        answer = _answer(data, asked, limits, alive)
        del data
        _send(sink, json.dumps({**answer, "peak_bytes": _peak()}).encode())
        _alarm(0)


def _answer(data: bytes, asked: dict[str, Any], limits: Limits, alive: Callable[[], None]) -> dict[str, Any]:
    name = asked["name"]
    try:
        if asked["page"] is not None:
            return {"page": draw(data, PageWish.model_validate(asked["page"])).model_dump(mode="json")}
        return {"parsed": load(data, name, asked["hint"], limits=limits, alive=alive).model_dump(mode="json")}
    except SourceError as error:
        return {"what": error.what, "hint": error.hint}
    except MemoryError:
        megabytes = limits.memory_bytes // 1_000_000
        return {
            "what": f"{File(b'', name).shown} needs more than {megabytes:,} MB of memory to be read.",
            "hint": "Split it, or raise ingest.parse_memory_mb.",
        }


def _confine(limits: Limits) -> None:
    """Bound memory, and forbid writing files and dumping core. Not on Windows, which has no such limits."""
    if sys.platform == "win32":
        return
    import resource

    for what, bound in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(what, (bound, bound))


def _alarm(seconds: float) -> None:
    """Die after so many seconds, should the parent be gone that would have ended us. 0: no longer."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _peak() -> int:
    """The most memory this process ever held, in bytes; 0 where that can't be told."""
    try:
        status = Path("/proc/self/status").read_text()  # getrusage would count the parent's peak, too
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    except (OSError, IndexError, ValueError):
        return 0


def _receive(source: BinaryIO) -> bytes | None:
    head = source.read(LENGTH.size)
    return source.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else None


def _send(sink: BinaryIO, message: bytes) -> None:
    sink.write(LENGTH.pack(len(message)) + message)
    sink.flush()


if __name__ == "__main__":
    main()
