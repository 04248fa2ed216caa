"""What the threads of a process share: one of them renews it now and then, and the others go on with what is there."""

import threading
import time
from collections.abc import Callable


class Refresh:
    """Runs ``renew`` in one thread at a time. Where it raises, it is due as before."""

    def __init__(self, renew: Callable[[], None]) -> None:
        self._renew = renew
        self._renewed_at = float("-inf")
        self._renewing = threading.Lock()

    def if_older(self, seconds: float, *, all_wait: bool) -> None:
        """``all_wait``: there is nothing yet that the other threads could go on with."""
        if self._is_older(seconds) and self._renewing.acquire(blocking=all_wait):
            try:
                if self._is_older(seconds):
                    self._now()
            finally:
                self._renewing.release()

    def now(self) -> None:
        """For whoever needs what may have come this very moment."""
        with self._renewing:
            self._now()

    def _now(self) -> None:
        self._renew()
        self._renewed_at = time.monotonic()

    def _is_older(self, seconds: float) -> bool:
        return time.monotonic() - self._renewed_at >= seconds
