"""Loops in threads that end together: a dispatcher that only rings, or only applies, would look well and do half."""

import logging
import threading
import time
from collections.abc import Callable, Iterable

logger = logging.getLogger(__name__)


class _Loop:
    def __init__(self, run: Callable[[], None], stop: threading.Event) -> None:
        self._run = run
        self._stop = stop
        self.has_failed = False
        self.thread = threading.Thread(target=self._guarded, daemon=True)

    def _guarded(self) -> None:
        try:
            self._run()
        except Exception:
            logger.exception("ending, so that a supervisor starts this process anew")
            self.has_failed = True
        finally:
            self._stop.set()


def run_threads(runs: Iterable[Callable[[], None]], stop: threading.Event, end_seconds: float) -> int:
    """Until ``stop`` is set or one of them ends; then waits ``end_seconds`` seconds for all the others together.

    The exit status of the process: 1 where one failed.
    """
    loops = [_Loop(run, stop) for run in runs]
    for loop in loops:
        loop.thread.start()
    stop.wait()
    end = time.monotonic() + end_seconds
    for loop in loops:
        loop.thread.join(max(0.0, end - time.monotonic()))
    return int(any(loop.has_failed for loop in loops))
