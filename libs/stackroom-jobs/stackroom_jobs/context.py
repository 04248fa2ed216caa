"""What an operation's function may ask and tell while it computes one record."""

import dataclasses
import time
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.settings import WorkerSettings

LONGEST_REASON = 300  # characters of one line; CUDA's errors go on with advice


class Stopped(Exception):
    """Raised by a function that saw ``should_stop``: the chunk goes back, and the attempt is not counted."""


class DeviceLost(Exception):
    """Raised by a function whose GPU fails, vanished or has no memory left for the least work: no fault of the record.

    The chunk goes back, the attempt is not counted, and the worker ends with ``reason``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = " ".join(reason.split())[:LONGEST_REASON] or "the device is lost"


class Flag(Protocol):
    """By which a worker is told to end, and tells why it cannot go on."""

    def is_set(self) -> bool: ...

    def set(self, reason: str = "") -> None: ...


class Media(Protocol):
    """What an operation's function reads and delivers, wherever the files are."""

    def open(self, name: str) -> BinaryIO:
        """To read and to seek in. RecordError ``bad_name``, ``not_found``, ``unreadable``, also while reading."""

    def put(self, file_name: str, content: bytes) -> str:
        """Deliver a picture of the record at hand, once or again; gives the name under which it is served.

        RecordError ``bad_name``, ``not_a_picture``, ``too_large`` or ``too_many``; Stopped where the lease is over.
        """


@dataclasses.dataclass
class Context:
    """One per chunk. ``settings`` are the worker's own, ``options`` those of the batch; ``media`` are files."""

    settings: WorkerSettings
    options: dict[str, Any]
    stop_flag: Flag
    media: Media
    current: int = 0
    total: int = 0
    is_lease_over: bool = False
    tell: Callable[[int, int], None] = lambda _current, _total: None
    lived_at: float = dataclasses.field(default_factory=time.monotonic)

    def progress(self, current: int, total: int) -> None:
        """How far a long record is, in the operation's ``unit``. The next renewal of the lease carries it.

        ``tell`` hears of it at once.
        """
        self.current = current
        self.total = total
        self.note_life()
        self.tell(current, total)

    def note_life(self) -> None:
        """Something moved. Where an operation has ``hang_seconds``, this or progress must be told more often."""
        self.lived_at = time.monotonic()

    def should_stop(self) -> bool:
        """The worker is to end, or the lease is over: what is computed now would be thrown away."""
        return self.is_lease_over or self.stop_flag.is_set()


class _NeverSet:
    def is_set(self) -> bool:
        return False

    def set(self, reason: str = "") -> None:
        raise DeviceLost(reason)


class _NoMedia:
    def open(self, name: str) -> BinaryIO:
        raise RecordError("not_found", f"there are no media files here, so no {name!r}")

    def put(self, file_name: str, content: bytes) -> str:
        raise RecordError("bad_name", f"there is no place for {len(content)} bytes of {file_name!r} here")


def context_without_worker(options: dict[str, Any] | None = None) -> Context:
    """Of the eager mode and of tests: nobody stops it, and there are no media files."""
    return Context(WorkerSettings(), options or {}, _NeverSet(), _NoMedia())
