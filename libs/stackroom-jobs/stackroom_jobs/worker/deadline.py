"""Until when a call is repeated: a time, and much sooner once the worker is told to end."""

import time

from stackroom_jobs.worker.stop import StopFlag

STOP_SECONDS = 8.0  # a worker that is told to end while the importer is away leaves its chunk to the lease


class Deadline:
    """``seconds`` from now; at most STOP_SECONDS from the first look that finds ``stop_flag`` set."""

    def __init__(self, seconds: float, stop_flag: StopFlag | None = None) -> None:
        self._end = time.monotonic() + seconds
        self._stop_flag = stop_flag

    def leaves(self, pause: float) -> bool:
        """Whether there is time for one more try after a pause of so many seconds."""
        now = time.monotonic()
        if self._stop_flag is not None and self._stop_flag.is_set():
            self._end = min(self._end, now + STOP_SECONDS)
            self._stop_flag = None
        return now + pause <= self._end
