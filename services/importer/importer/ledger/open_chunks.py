"""How many chunks are open, counted from rows, so that no counter can be wrong."""

import time
from collections.abc import Callable

from sqlalchemy import Engine

from importer.ledger.statements import OPEN_CHUNKS

FEW = 1000  # chunks, which are counted in a millisecond
USES = 20  # a count of more serves for so many times as long as it took


class OpenChunks:
    """How many chunks are open, of one source or in all. To count many for each call would take as long as the call."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine, self._clock = engine, clock
        self._known: dict[str | None, tuple[float, int]] = {}  # until when, and how many

    def count(self, source: str | None, most: int) -> int:
        """At most ``most``. ``source`` None stands for all."""
        started = self._clock()
        until, count = self._known.get(source, (started, 0))
        if started < until:
            return count
        with self._engine.connect() as connection:
            count = int(connection.execute(OPEN_CHUNKS, {"source": source, "limit": most}).scalar_one())
        now = self._clock()
        kept = {known: found for known, found in self._known.items() if found[0] > now}
        self._known = {**kept, source: (now + USES * (now - started), count)} if count > FEW else kept
        return count
