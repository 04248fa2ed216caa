"""What goes on in the background of a test."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def in_background(work: Callable[[], None], ended: threading.Event, count: int = 1) -> Iterator[None]:
    """``work`` in so many threads until the end of the block, when ``ended`` is set: it returns within a minute."""
    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join(60)
