"""The dispatcher's loops end together."""

import threading
import time

import pytest

from importer.dispatcher.threads import run_threads


def test_loops_end_together_when_one_fails(caplog: pytest.LogCaptureFixture) -> None:
    stop = threading.Event()

    ended: list[bool] = []

    def fail() -> None:
        raise RuntimeError("broken")

    assert run_threads([lambda: ended.append(stop.wait(10)), fail], stop, 10) == 1
    assert "broken" in caplog.text


def test_loops_that_are_stopped_end_well() -> None:
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    ended: list[bool] = []
    assert run_threads([lambda: ended.append(stop.wait(10)), lambda: ended.append(stop.wait(10))], stop, 10) == 0
    assert ended == [True, True]


def hang(never: threading.Event) -> None:
    never.wait(10)


def test_loops_that_hang_are_left_after_one_patience_for_all() -> None:
    stop, never = threading.Event(), threading.Event()
    stop.set()
    started = time.monotonic()
    run_threads([lambda: hang(never)] * 5, stop, 0.2)
    assert time.monotonic() - started < 0.9
    never.set()
