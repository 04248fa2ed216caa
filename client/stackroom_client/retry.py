"""When to try again: after pauses that grow, or those that the server asks for, until the time is up."""

import datetime
import time
from collections.abc import Callable

from stackroom_client.errors import TransientError, Unreachable

FIRST_PAUSE = 0.5  # seconds
LONGEST_PAUSE = 10.0
DEFAULT_SECONDS = 60.0

Clock = Callable[[], float]


class RetryTimer:
    """Its time runs from the first failure on; ``reset`` after a success starts anew."""

    def __init__(self, seconds: float, clock: Clock = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._began: float | None = None
        self._pause = FIRST_PAUSE

    def reset(self) -> None:
        self._began, self._pause = None, FIRST_PAUSE

    def pause_after(self, trouble: TransientError) -> float:
        """Seconds to wait before the next attempt. Unreachable where the time would be up by then."""
        now = self._clock()
        if self._began is None:
            self._began = now
        left = self._began + self._seconds - now
        pause = min(self._pause, left) if trouble.retry_after is None else trouble.retry_after
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        if left <= 0 or pause > left:
            raise Unreachable(f"{trouble}; {self._why_no_more(trouble)}")
        return pause

    def _why_no_more(self, trouble: TransientError) -> str:
        if trouble.retry_after is not None:
            return f"it asks to wait {trouble.retry_after:g} s, longer than --patience {self._seconds:g} leaves"
        return f"given up after {self._seconds:g} s (--patience)"


def retry_after_seconds(header: str | None, now: datetime.datetime | None = None) -> float | None:
    """The header as seconds from now: it is a whole number or a date (RFC 9110); None where it is neither."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), 10**8))
    import email.utils

    try:
        until = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=datetime.UTC)
    return max(0.0, (until - (now or datetime.datetime.now(datetime.UTC))).total_seconds())
