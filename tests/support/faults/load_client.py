"""Somebody who loads groups, thinks better of it, tries again, and takes it back."""

import contextlib
import random
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.support.faults.load_journal import LoadJournal
from tests.support.stacks.importer import FINISHED, Stack
from tests.support.waiting import wait_until

ROWS = 3000
PATIENCE = 120  # seconds for a batch to finish under fire


class LoadClient:
    """``asked`` counts what was done with loads."""

    def __init__(self, journal: LoadJournal, stack: Stack, dice: random.Random) -> None:
        self._journal = journal
        self._stack = stack
        self._dice = dice
        self.asked: Counter[str] = Counter()

    @contextlib.contextmanager
    def working(self, loads: int) -> Iterator[None]:
        """So many loads in the background; the block ends when all of it was accepted."""
        trouble: list[BaseException] = []

        def work() -> None:
            try:
                for _ in range(loads):
                    self._one_load()
            except BaseException as error:  # noqa: BLE001 - raised again in the test's own thread
                trouble.append(error)

        client = threading.Thread(target=work, daemon=True)
        client.start()
        yield
        client.join(4 * PATIENCE)
        assert not client.is_alive(), "the client of loads still waits"
        if trouble:
            raise trouble[0]

    def _one_load(self) -> None:
        batch_id = self._journal.post(ROWS)
        what = self._dice.choice(["nothing", "nothing", "cancel", "cancel", "undo"])
        self.asked[what] += 1
        if what == "undo":
            self._finished(batch_id)
            self._journal.undo(batch_id)
        elif what == "cancel":
            self._dice.choice([self._wait_applied, self._wait_computed])(batch_id)
            self._journal.cancel(batch_id)
            if self._dice.random() < 0.5 and self._finished(batch_id)["outcomes"]["cancelled"]:
                self.asked["retry"] += 1
                self._journal.retry(batch_id)

    def _finished(self, batch_id: str) -> dict[str, Any]:
        return self._stack.wait_finished(batch_id, PATIENCE)

    def _wait_computed(self, batch_id: str) -> None:
        """Some of it is on its way, or all of it is done."""
        self._wait_state(batch_id, FINISHED | {"running"})

    def _wait_applied(self, batch_id: str) -> None:
        """Some of it is done."""

        def is_begun() -> bool:
            with contextlib.suppress(OSError, AssertionError):
                return bool(self._stack.batch(batch_id)["outcomes"]["ok"])
            return False

        wait_until(is_begun, PATIENCE, f"some rows of {batch_id} to be applied")

    def _wait_state(self, batch_id: str, states: set[str]) -> None:
        def is_there() -> bool:
            with contextlib.suppress(OSError, AssertionError):
                return self._stack.batch(batch_id)["state"] in states
            return False

        wait_until(is_there, PATIENCE, f"{batch_id} to be in one of {sorted(states)}")
