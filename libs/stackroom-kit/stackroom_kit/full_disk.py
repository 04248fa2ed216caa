"""A full disk is answered 503, not 500: a client can act on that."""

from collections.abc import Iterator
from contextlib import contextmanager

from stackroom_kit.disk_room import FULL, NoRoomError
from stackroom_kit.problems import DISK_LOW, Problem


def disk_low(error: OSError, disk: str) -> Problem:
    """Problem 503 that says which disk it is, and what it has no room for."""
    reason = f"has {error.strerror}" if isinstance(error, NoRoomError) else "is full"
    return DISK_LOW(f"{disk} {reason}.")


@contextmanager
def full_disk_is_a_problem(disk: str) -> Iterator[None]:
    """Problem 503 where a write inside of the block finds no room; ``disk`` as in "The gateway's disk"."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise disk_low(error, disk) from error
