"""A question to a driver that may hang: nothing can interrupt such a call, so it is left behind."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def in_time(ask: Callable[[], T], seconds: float) -> T:
    """What ``ask`` gives or raises, in a thread of its own; TimeoutError where it does neither."""
    answer: Future[T] = Future()

    def run() -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:  # noqa: BLE001 - all of them belong to who asks
            answer.set_exception(error)

    threading.Thread(target=run, name="driver", daemon=True).start()
    return answer.result(seconds)
