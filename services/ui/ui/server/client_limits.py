"""How long the gateway waits for a client."""

import dataclasses


class TimeBudget:
    """Seconds that a client may keep the gateway waiting: ``grace``, and a little more for each byte that moves.

    The budget never exceeds ``grace``. So a client may pause for that long at any time, but not stay below
    ``bytes_per_second``, and having been quick for an hour earns no longer pause. Time in which others keep the client
    waiting costs it nothing.
    """

    def __init__(self, grace: float, bytes_per_second: float) -> None:
        self._grace, self._bytes_per_second = grace, bytes_per_second
        self.left = grace

    def spend(self, seconds: float) -> None:
        self.left -= seconds

    def earn(self, size: int) -> None:
        """For ``size`` bytes that moved."""
        self.left = min(self._grace, self.left + size / self._bytes_per_second)


@dataclasses.dataclass(frozen=True)
class ClientLimits:
    """``silence`` and ``grace`` are seconds. Readers may be slower than senders, and pause longer."""

    silence: float
    grace: float
    bytes_per_second: float

    def body_budget(self) -> TimeBudget:
        return TimeBudget(self.grace, self.bytes_per_second)

    def answer_budget(self) -> TimeBudget:
        """Windows of readers open in steps, up to megabytes, so some seconds without a byte mean nothing."""
        return TimeBudget(2 * self.grace, self.bytes_per_second / 4)
