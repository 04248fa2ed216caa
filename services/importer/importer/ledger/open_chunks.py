"""How many chunks are open, counted from rows, so that no counter can be wrong."""

import time
from collections.abc import Callable

from sqlalchemy import Engine, text

FEW = 1000  # chunks, which are counted in a millisecond
USES = 20  # a larger count is kept for so many times as long as counting took
# Counts no further than the limit.
OPEN_CHUNKS = text("""
SELECT count(*) FROM (
  SELECT FROM importer.batch b JOIN importer.chunk c ON c.batch_id = b.id
  WHERE b.open AND (CAST(:source AS text) IS NULL OR b.source = :source)
    AND c.state IN ('ready', 'leased', 'applying') LIMIT :limit) AS seen""")


class OpenChunks:
    """Counts the open chunks, of one source or of all. A large count is kept for a while: it takes time."""

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
