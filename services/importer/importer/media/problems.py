"""Trouble with files as problems: what a name does wrong, and a disk that takes no more."""

import errno
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stackroom_jobs.outcomes import RecordError
from stackroom_kit.problems import Problem, unavailable

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
STATUSES = {"not_found": 404, "unreadable": 422, "too_large": 413, "not_a_picture": 415, "too_many": 422}
DISK_PROBLEMS = {503: ("disk_low", "media_unavailable")}
logger = logging.getLogger(__name__)


@contextmanager
def record_errors_as_problems() -> Iterator[None]:
    """400 for a bad name; the code stays the one that a record would fail with."""
    try:
        yield
    except RecordError as error:
        raise Problem(STATUSES.get(error.code, 400), error.code, error.detail) from None


@contextmanager
def disk_errors_as_problems() -> Iterator[None]:
    """503 ``disk_low`` for a disk that is full, ``media_unavailable`` for one that refuses; the log has the reason."""
    try:
        yield
    except OSError as error:
        logger.error("the media folder cannot be written: %s", os.strerror(error.errno or 0))
        if error.errno in FULL:
            raise disk_low() from None
        raise unavailable("The media folder cannot be written.", code="media_unavailable") from None


def disk_low() -> Problem:
    return unavailable("The disk of the media files is nearly full.", code="disk_low", retry_after=60)


def room_bytes(folder: Path, kept_free: int) -> int:
    """What may still be written so that ``kept_free`` bytes stay free. OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    return max(0, shutil.disk_usage(folder).free - kept_free)


def check_disk(folder: Path, size: int, kept_free: int) -> None:
    """Problem 503 where ``size`` more bytes would leave less than ``kept_free``."""
    with disk_errors_as_problems():
        room = room_bytes(folder, kept_free)
    if size > room:
        raise disk_low()
