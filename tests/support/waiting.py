"""Wait on a condition with a deadline, instead of sleeping and hoping."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE = 0.02  # seconds between two looks


def wait_until(predicate: Callable[[], T], timeout: float = 10.0, what: str = "") -> T:
    """The first true answer of ``predicate``. AssertionError after ``timeout`` seconds, with ``what`` was awaited."""
    deadline = time.monotonic() + timeout
    while True:
        answer = predicate()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout:g} s in vain for {what or predicate!r}; last answer: {answer!r}")
        time.sleep(PAUSE)
