"""An iterator that runs in a thread of its own, some items ahead of who reads it."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")
LOOK_SECONDS = 0.5  # between two looks at whether to go on, while nothing comes


class _End:
    """Behind the last item; carries what the iterator raised."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class Prefetcher(Generic[T]):
    """``with Prefetcher(items, 4) as fetched: for item in fetched: …``; what the iterator raises, the reader gets.

    ``look`` is called before each item and while waiting for one; it may raise. ``seconds`` is how long the iterator
    worked, without waiting for its reader. On the way out the thread is waited for: it ends at its next item.
    """

    def __init__(self, items: Iterator[T], most: int, look: Callable[[], None]) -> None:
        self._items = items
        self._look = look
        self._queue: queue.Queue[T | _End] = queue.Queue(most)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="decoder", daemon=True)
        self.seconds = 0.0

    def __enter__(self) -> "Prefetcher[T]":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._thread.join()

    def __iter__(self) -> Iterator[T]:
        while True:
            self._look()
            try:
                item = self._queue.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                continue
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item

    def _run(self) -> None:
        try:
            started = time.perf_counter()
            for item in self._items:
                self.seconds += time.perf_counter() - started
                if not self._put(item):
                    return
                started = time.perf_counter()
            self.seconds += time.perf_counter() - started
            self._put(_End(None))
        except BaseException as error:  # noqa: BLE001 - all of them belong to the reader
            self._put(_End(error))

    def _put(self, item: T | _End) -> bool:
        """Whether there is still a reader."""
        while not self._closed.is_set():
            try:
                self._queue.put(item, timeout=LOOK_SECONDS)
            except queue.Full:
                continue
            return True
        return False
