"""Whose password is hashed now: it takes cores and memory, and whoever waits for it a thread of the service."""

import contextlib
import threading
from collections.abc import Iterator

from identity.problems import SIGN_IN_BUSY
from stackroom_kit.problems import Problem

WAIT_SECONDS = 5.0  # for others whose passwords are being hashed


class HashingTurns:
    """``at_once`` passwords are hashed at a time, in a process of so many ``threads``.

    One thread at least is left to all other calls. Strangers, of whom nothing is known yet, have half of the threads
    at most, and let everybody else go first: so whoever guesses does not keep out who works here.
    """

    def __init__(self, at_once: int, threads: int) -> None:
        self._free = at_once
        self._places, self._places_of_strangers = max(1, threads - 1), max(1, threads // 2)
        self._known = self._strangers = self._known_waiting = 0  # how many are here
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def held(self, is_known: bool) -> Iterator[None]:
        """Problem 503 where too many are here, or it takes too long."""
        with self._place(is_known), self._turn(is_known):
            yield

    @contextlib.contextmanager
    def _place(self, is_known: bool) -> Iterator[None]:
        with self._changed:
            is_full = self._known + self._strangers >= self._places
            if is_full or (not is_known and self._strangers >= self._places_of_strangers):
                raise _busy()
            self._count(is_known, 1)
        try:
            yield
        finally:
            with self._changed:
                self._count(is_known, -1)

    def _count(self, is_known: bool, more: int) -> None:
        if is_known:
            self._known += more
        else:
            self._strangers += more

    @contextlib.contextmanager
    def _turn(self, is_known: bool) -> Iterator[None]:
        with self._changed:
            self._known_waiting += is_known
            is_mine = self._changed.wait_for(lambda: self._is_next(is_known), WAIT_SECONDS)
            self._known_waiting -= is_known
            self._changed.notify_all()  # a stranger may have waited for this one alone
            if not is_mine:
                raise _busy()
            self._free -= 1
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()

    def _is_next(self, is_known: bool) -> bool:
        return self._free > 0 and (is_known or not self._known_waiting)


def _busy() -> Problem:
    return SIGN_IN_BUSY("Too many passwords are being checked at once.")
