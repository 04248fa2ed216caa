"""How long answers take while something goes on."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from tests.support.threads import in_background

PAUSE = 0.03  # seconds between two calls


class Latency:
    """Seconds of every call, in the order in which they were made."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def percentile(self, percent: float) -> float:
        assert self.seconds, "nothing was measured"
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


@contextlib.contextmanager
def latency_of(call: Callable[[], object]) -> Iterator[Latency]:
    """Repeats ``call`` in the background until the end of the block; raises what it raised."""
    latency, ended, trouble = Latency(), threading.Event(), []

    def repeat() -> None:
        try:
            while not ended.wait(PAUSE):
                started = time.monotonic()
                call()
                latency.seconds.append(time.monotonic() - started)
        except BaseException as error:  # noqa: BLE001 - raised again in the test's own thread
            trouble.append(error)

    with in_background(repeat, ended):
        yield latency
    if trouble:
        raise trouble[0]
