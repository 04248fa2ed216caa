"""The dispatcher's two loops end together."""

import threading

import pytest

from importer.dispatcher.together import run_together


def test_loops_end_together_when_one_fails(caplog: pytest.LogCaptureFixture) -> None:
    stop = threading.Event()

    ended: list[bool] = []

    def fail() -> None:
        raise RuntimeError("broken")

    assert run_together([lambda: ended.append(stop.wait(10)), fail], stop, 10) == 1
    assert "broken" in caplog.text


def test_loops_that_are_stopped_end_well() -> None:
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    ended: list[bool] = []
    assert run_together([lambda: ended.append(stop.wait(10)), lambda: ended.append(stop.wait(10))], stop, 10) == 0
    assert ended == [True, True]
