"""Who may have a password hashed, who has to wait, and who is told to come again."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from identity import hashing_turns
from identity.hashing_turns import HashingTurns
from stackroom_kit.problems import Problem
from tests.support.waiting import wait_until

THREADS = 6


class Caller:
    """Asks for a turn in a thread of its own, and has it until it is told to end."""

    def __init__(self, turns: HashingTurns, is_known: bool) -> None:
        self.got, self.refused, self._may_end = threading.Event(), threading.Event(), threading.Event()
        self._turns, self._is_known = turns, is_known
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            with self._turns.held(self._is_known):
                self.got.set()
                self._may_end.wait(20)
        except Problem:
            self.refused.set()

    def end(self) -> None:
        self._may_end.set()
        self._thread.join(10)


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> HashingTurns:
    monkeypatch.setattr(hashing_turns, "WAIT_SECONDS", 20)
    return HashingTurns(1, THREADS)


@pytest.fixture
def callers() -> Iterator[ExitStack]:
    with ExitStack() as ended:
        yield ended


def called(turns: HashingTurns, callers: ExitStack, is_known: bool) -> Caller:
    """One that has a turn, or waits for it."""
    before = turns._known + turns._strangers
    caller = Caller(turns, is_known)
    callers.callback(caller.end)
    wait_until(lambda: caller.refused.is_set() or turns._known + turns._strangers > before)
    return caller


@pytest.mark.parametrize(("is_known", "most"), [(True, THREADS - 1), (False, THREADS // 2)])
def test_one_thread_is_left_and_strangers_leave_half(
    turns: HashingTurns, callers: ExitStack, is_known: bool, most: int
) -> None:
    found = [called(turns, callers, is_known) for _ in range(most + 2)]
    assert [one.refused.is_set() for one in found] == [False] * most + [True] * 2


def test_who_is_known_goes_before_strangers_who_wait(turns: HashingTurns, callers: ExitStack) -> None:
    first, second, known = (called(turns, callers, is_known) for is_known in (False, False, True))
    assert first.got.wait(10)
    first.end()
    assert known.got.wait(10)
    assert not second.got.is_set()
    known.end()
    assert second.got.wait(10)


def test_who_waits_too_long_is_told_and_leaves_his_place(
    turns: HashingTurns, callers: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = called(turns, callers, is_known=False)
    assert first.got.wait(10)
    monkeypatch.setattr(hashing_turns, "WAIT_SECONDS", 0.01)
    for is_known in (True, False):
        with pytest.raises(Problem) as caught, turns.held(is_known):
            pass
        assert (caught.value.status, caught.value.code) == (503, "sign_in_busy")
    first.end()
    with turns.held(is_known=False):
        assert turns._known + turns._strangers == 1
