"""Works ahead of whoever needs the results, but only so far: a queue with back-pressure."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")

_LOOK_EVERY = 0.2  # seconds after which a waiting consumer asks whether to stop


class Ahead(Generic[T, U]):
    """Works on items in a thread, in order, and holds the results until they are taken.

    The thread waits while what it holds weighs more than `capacity`; one result is always let in. To be closed.

    Args:
        work: What is done to an item. An error is raised where its result is taken.
        items: What to work on.
        weigh: What holding a result costs.
        capacity: Most of that.
    """

    def __init__(self, work: Callable[[T], U], items: Iterable[T], weigh: Callable[[U], int], capacity: int) -> None:
        self._work = work
        self._items = items
        self._weigh = weigh
        self._capacity = capacity
        self._held: deque[tuple[T, U]] = deque()
        self._weight = 0
        self._error: BaseException | None = None
        self._finished = False
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="reading", daemon=True)
        self._thread.start()

    def results(self, stop: Callable[[], bool]) -> Iterator[tuple[T, U]]:
        """Each item with its result, in order, until there are no more or `stop` says so."""
        while not stop():
            with self._changed:
                if not self._held:
                    if self._error is not None:
                        raise self._error
                    if self._finished:
                        return
                    self._changed.wait(_LOOK_EVERY)
                    continue
                item, result = self._held.popleft()
                self._weight -= self._weigh(result)
                self._changed.notify_all()
            yield item, result

    def close(self) -> None:
        """Lets the thread finish the item it is at, and no other."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        try:
            for item in self._items:
                if self._closed:
                    return
                self._hold(item, self._work(item))
        except BaseException as error:
            self._error = error
        finally:
            with self._changed:
                self._finished = True
                self._changed.notify_all()

    def _hold(self, item: T, result: U) -> None:
        weight = self._weigh(result)
        with self._changed:
            while self._held and self._weight + weight > self._capacity and not self._closed:
                self._changed.wait()
            self._held.append((item, result))
            self._weight += weight
            self._changed.notify_all()
