"""Parses files in a child process, so that a hostile or damaged one can only fail, and only alone."""

import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, Self, cast

from ingest.limits import Limits
from ingest.loaders import load
from ingest.loaders.file import File
from ingest.parsed import Parsed
from ingest.pdf_page import PageWish, PdfPage
from rag.errors import SourceError

ALIVE = b"alive"  # what the worker says after each page that it read by OCR
LENGTH = struct.Struct(">Q")  # what precedes every message between the two processes
_PLAIN = (".txt", ".text", ".log")
_PLAIN_BYTES = 4 * 1024 * 1024
_FILES_PER_WORKER = 500  # then a new one, for what leaks
_HANDED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH")  # no keys, no tokens

_FRUGAL = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}  # of address space


class Sandbox:
    """A worker process that parses one file after another, and is replaced when it is killed or has grown.

    May be shared between threads; they take turns.

    Args:
        limits: What one file may cost.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._worker: _Worker | None = None
        self._turn = threading.Lock()

    def load(self, data: bytes, name: str, hint: str | None = None) -> Parsed:
        """Read a file; see `ingest.loaders.load`.

        Raises:
            SourceError: It can't be read, or cost more than the limits allow.
        """
        if _is_plain(data, name):
            return load(data, name, hint, limits=self._limits)
        return Parsed.model_validate(self._ask(data, name, "parsed", hint=hint))

    def draw(self, data: bytes, name: str, wish: PageWish) -> PdfPage:
        """Draw a page of a PDF; see `ingest.pdf_page`.

        Raises:
            SourceError: It can't be drawn, or cost more than the limits allow.
        """
        return PdfPage.model_validate(self._ask(data, name, "page", wish=wish))

    def _ask(self, data: bytes, name: str, key: str, hint: str | None = None, wish: PageWish | None = None) -> Any:
        with self._turn:
            try:
                reply = self._tell(data, name, hint, wish)
            except _CrashError:  # a fresh process tells whether it was this file, or what one before it left behind
                reply = self._again(data, name, hint, wish)
        if key in reply:
            return reply[key]
        raise SourceError(reply["what"], reply["hint"])

    def _again(self, data: bytes, name: str, hint: str | None, wish: PageWish | None) -> dict[str, Any]:
        try:
            return self._tell(data, name, hint, wish)
        except _CrashError as error:
            shown = File(b"", name).shown
            if error.in_starting:
                what = f"{shown} was not read: the process that reads files doesn't start."
                return {"what": what, "hint": "Raise ingest.parse_memory_mb, or install Footnote anew."}
            return {"what": f"{shown} made its parser crash.", "hint": "Open it in its own program and save it again."}

    def _tell(self, data: bytes, name: str, hint: str | None, wish: PageWish | None) -> dict[str, Any]:
        worker = self._worker = self._worker or _Worker(self._limits)
        try:
            return worker.ask(data, name, hint, wish)
        finally:
            if worker.spent:
                self.close()

    def close(self) -> None:
        """End the worker. The next file starts another."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _is_plain(data: bytes, name: str) -> bool:
    """Whether this is text that nothing has to be parsed of."""
    if not name.lower().endswith(_PLAIN) or len(data) > _PLAIN_BYTES or b"\0" in data:
        return False
    try:
        return not data.decode("utf-8").lstrip().startswith(("%PDF-", "{", "[", "<", "PK"))
    except UnicodeDecodeError:
        return False


def _watch(seconds: float, stop: Callable[[], None]) -> threading.Timer:
    watch = threading.Timer(seconds, stop)
    watch.daemon = True
    watch.start()
    return watch


class _CrashError(Exception):
    """The worker ended of itself; `in_starting`: before it was given anything."""

    def __init__(self, *, in_starting: bool = False) -> None:
        super().__init__()
        self.in_starting = in_starting


class _Worker:
    """The child process, from this side."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._files = 0
        self.spent = False
        environment = {key: os.environ[key] for key in _HANDED_ON if key in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)
        environment["PYTHONUTF8"] = "1"
        environment |= _FRUGAL
        process = subprocess.Popen(  # noqa: S603 - our own module, with nothing of the file's in the command
            [sys.executable, "-m", "ingest.sandbox_worker", limits.model_dump_json()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        self._process, self._in, self._out = process, cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
        self._ready = self._read() is not None  # so that starting doesn't count as parsing

    def ask(self, data: bytes, name: str, hint: str | None, wish: PageWish | None) -> dict[str, Any]:
        """What the worker makes of a file: ``{"parsed"}``, ``{"page"}`` if one is wished for, ``{"what", "hint"}``.

        Raises:
            _CrashError: It ended of itself, or never began.
        """
        shown = File(b"", name).shown
        if not self._ready:
            self.spent = True
            raise _CrashError(in_starting=True)
        self._files += 1
        late = threading.Event()

        def stop() -> None:
            late.set()
            self._process.kill()

        watch = _watch(self._limits.seconds, stop)
        try:
            page = wish.model_dump() if wish else None
            self._write(json.dumps({"name": name, "hint": hint, "page": page}).encode())
            self._write(data)
            reply = self._read()
            pages = 0
            while reply == ALIVE:
                pages += 1
                if pages <= self._limits.ocr_pages:
                    watch.cancel()
                    watch = _watch(self._limits.ocr_seconds, stop)
                reply = self._read()
        except OSError:
            reply = None
        except ValueError as error:
            self.spent = True
            return {"what": f"{shown} can't be read: {error}.", "hint": "Split it into several files."}
        finally:
            watch.cancel()
        if reply is None:
            self.spent = True
            if late.is_set():
                what = f"{shown} was given up after {self._limits.seconds:g} s."
                return {"what": what, "hint": "Split it, or raise ingest.parse_seconds."}
            raise _CrashError
        answer: dict[str, Any] = json.loads(reply)
        grown = answer.pop("peak_bytes") > self._limits.memory_bytes / 2
        self.spent = grown or self._files >= _FILES_PER_WORKER
        return answer

    def end(self) -> None:
        """Kill the process if it still runs, and reap it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._in, self._out):
            with suppress(OSError):
                pipe.close()

    def _write(self, message: bytes) -> None:
        self._in.write(LENGTH.pack(len(message)) + message)
        self._in.flush()

    def _read(self) -> bytes | None:
        """A message, or None if the process has ended."""
        head = self._out.read(LENGTH.size)
        if len(head) < LENGTH.size:
            return None
        (length,) = LENGTH.unpack(head)
        if length > 8 * self._limits.text_characters:
            raise ValueError("it gives too much text")
        message = self._out.read(length)
        return message if len(message) == length else None
