"""When no more is taken: PostgreSQL says how much is open, so no counter can be wrong."""

import time
from collections.abc import Callable

from sqlalchemy import Engine

from importer.intake.spool import DISK
from importer.ledger.statements import OPEN_CHUNKS
from importer.settings import Settings
from stackroom_kit.disk_room import DiskRoom
from stackroom_kit.full_disk import full_disk_is_a_problem
from stackroom_kit.problems import Problem, unavailable

RETRY_SECONDS = 10
ROOM_PROBLEMS = {429: ("source_has_too_much_open",), 503: ("disk_low", "too_much_open")}
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


def check_room(open_chunks: OpenChunks, settings: Settings, source: str, room: DiskRoom) -> None:
    """Problem 429 for a source that has too much open, 503 where all together have, or the disk is nearly full."""
    if open_chunks.count(None, settings.max_open_chunks) >= settings.max_open_chunks:
        detail = f"{settings.max_open_chunks} chunks wait already; send the batch again later."
        raise unavailable(detail, code="too_much_open", retry_after=RETRY_SECONDS)
    if open_chunks.count(source, settings.max_open_chunks_per_source) >= settings.max_open_chunks_per_source:
        detail = f"This source has {settings.max_open_chunks_per_source} open chunks already; send it again later."
        raise Problem(429, "source_has_too_much_open", detail, headers={"Retry-After": str(RETRY_SECONDS)})
    check_disk(room)


def check_disk(room: DiskRoom) -> None:
    """Asked before a body is spooled, also of one that will not need the disk: the ledger may be on it. Problem 503."""
    with full_disk_is_a_problem(DISK):
        room.check(0)
