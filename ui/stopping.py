"""Ctrl-C during long work: the first asks it to end at its next step, the second ends it at once."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Gives what tells whether Ctrl-C was pressed while the block runs."""
    asked = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    # Signals are the main thread's; and a shell has its jobs in the background ignore Ctrl-C.
    if threading.current_thread() is not threading.main_thread() or before == signal.SIG_IGN:
        yield asked.is_set
        return

    def ask(*_: Any) -> None:
        asked.set()
        signal.signal(signal.SIGINT, before)
        print("\nStopping. What is finished stays. (Ctrl-C again: at once)", file=sys.stderr, flush=True)

    signal.signal(signal.SIGINT, ask)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)
