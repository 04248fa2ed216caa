"""A disk without room is an answer that a client can act on, not a fault of the server."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from stackroom_kit.problems import unavailable

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def full_disk_is_a_problem() -> Iterator[None]:
    """Problem 503 where a write inside of the block finds no room."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise unavailable("There is no room on the disk for this body.", code="disk_low", retry_after=60) from error
