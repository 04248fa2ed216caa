"""Upkeep, done in a thread and on a connection of its own: where it waits, nobody else does."""

import threading
from collections.abc import Callable, Sequence

from importer.outage_log import OutageLog
from stackroom_sql.errors import DATABASE_ERRORS

Step = Callable[[], object]  # what it gives is how much it did: nothing means that nothing is left
PAUSE_SECONDS = 1.0


class Periodic:
    """Steps by what they do, one after the other, at once again while any of them did something.

    A step that fails is tried again with the next round, and keeps no other from its turn.
    """

    def __init__(self, steps: Sequence[tuple[str, Step]], stop: threading.Event) -> None:
        self._steps = [(step, OutageLog(work)) for work, step in steps]
        self._stop = stop

    def run(self) -> None:
        """Until the stop event."""
        while not self._stop.is_set():
            did = [self._try(step, outage) for step, outage in self._steps]
            if not any(did):
                self._stop.wait(PAUSE_SECONDS)

    @staticmethod
    def _try(step: Step, outage: OutageLog) -> bool:
        try:
            did = bool(step())
        except DATABASE_ERRORS as error:
            outage.note(type(error).__name__)
            return False
        outage.note("")
        return did
