"""Errors of files as problems: a wrong name, and a disk that takes no more."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from importer.problems import MEDIA_UNAVAILABLE, NOT_A_PICTURE, TOO_MANY, UNREADABLE
from stackroom_jobs.outcomes import RecordError
from stackroom_kit.disk_room import FULL
from stackroom_kit.problems import NOT_FOUND, TOO_LARGE, ProblemKind, disk_low

DISK = "The disk of the media files"
KINDS = {kind.code: kind for kind in (NOT_FOUND, UNREADABLE, TOO_LARGE, NOT_A_PICTURE, TOO_MANY)}
logger = logging.getLogger(__name__)


@contextmanager
def record_errors_as_problems() -> Iterator[None]:
    """400 for a bad name; the code stays the one that a record would fail with."""
    try:
        yield
    except RecordError as error:
        raise KINDS.get(error.code, ProblemKind(400, error.code))(error.detail) from None


@contextmanager
def disk_errors_as_problems() -> Iterator[None]:
    """503 ``disk_low`` for a disk that is full, ``media_unavailable`` for one that refuses; the log has the reason."""
    try:
        yield
    except OSError as error:
        logger.error("the media folder cannot be written: %s", os.strerror(error.errno or 0))
        if error.errno in FULL:
            raise disk_low(error, DISK) from None
        raise MEDIA_UNAVAILABLE("The media folder cannot be written.") from None
