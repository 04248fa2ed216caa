"""Pauses between attempts, with a clock of the test's own."""

import datetime

import pytest

from stackroom_client.errors import TransientError, Unreachable
from stackroom_client.retry import RetryTimer, retry_after_seconds

NOW = datetime.datetime(2026, 1, 1, 12, 0, 0, tzinfo=datetime.UTC)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def pauses(timer: RetryTimer, clock: Clock) -> list[float]:
    """All pauses until patience is at its end, each of them waited."""
    found = []
    while True:
        try:
            found.append(timer.pause_after(TransientError("away")))
        except Unreachable:
            return found
        clock.now += found[-1]


def test_pauses_grow_and_fill_the_time() -> None:
    clock = Clock()
    assert pauses(RetryTimer(30, clock), clock) == [0.5, 1, 2, 4, 8, 10, 4.5]


def test_patience_of_zero_bears_nothing() -> None:
    with pytest.raises(Unreachable, match="away; given up after 0 s"):
        RetryTimer(0, Clock()).pause_after(TransientError("away"))


def test_what_the_server_asks_for_is_waited() -> None:
    assert RetryTimer(60, Clock()).pause_after(TransientError("full", 17)) == 17


def test_more_than_patience_leaves_is_not_waited_for() -> None:
    with pytest.raises(Unreachable, match="asks to wait 61 s"):
        RetryTimer(60, Clock()).pause_after(TransientError("full", 61))


def test_time_counts_from_the_first_trouble_of_a_series() -> None:
    clock = Clock()
    timer = RetryTimer(10, clock)
    assert timer.pause_after(TransientError("away")) == 0.5
    clock.now += 10
    timer.reset()
    clock.now += 100
    assert timer.pause_after(TransientError("away")) == 0.5


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("7", 7.0), (" 0 ", 0.0), ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0), ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        (None, None), ("", None), ("soon", None), ("-5", None), ("1e3", None), ("٣", None),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(header: str | None, expected: float | None) -> None:
    assert retry_after_seconds(header, NOW) == expected
