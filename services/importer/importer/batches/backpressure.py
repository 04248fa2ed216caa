"""When no more is taken: PostgreSQL says how much is open, so no counter can be wrong."""

from importer.ledger.open_chunks import OpenChunks
from importer.parsing.spool import DISK
from importer.problems import SOURCE_HAS_TOO_MUCH_OPEN, TOO_MUCH_OPEN
from importer.settings import Settings
from stackroom_kit.disk_room import DiskRoom
from stackroom_kit.problems import full_disk_is_a_problem


def check_room(open_chunks: OpenChunks, settings: Settings, source: str, room: DiskRoom) -> None:
    """Problem 429 for a source that has too much open, 503 where all together have, or the disk is nearly full."""
    if open_chunks.count(None, settings.max_open_chunks) >= settings.max_open_chunks:
        detail = f"{settings.max_open_chunks} chunks wait already; send the batch again later."
        raise TOO_MUCH_OPEN(detail)
    if open_chunks.count(source, settings.max_open_chunks_per_source) >= settings.max_open_chunks_per_source:
        detail = f"This source has {settings.max_open_chunks_per_source} open chunks already; send it again later."
        raise SOURCE_HAS_TOO_MUCH_OPEN(detail)
    check_disk(room)


def check_disk(room: DiskRoom) -> None:
    """Asked before a body is spooled, also of one that will not need the disk: the ledger may be on it. Problem 503."""
    with full_disk_is_a_problem(DISK):
        room.check(0)
