"""The folder of media files: read by any name that stays inside, written whole or not at all."""

import errno
import fcntl
import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from importer.media.names import UPLOAD_NAME
from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.records import check_media_name
from stackroom_kit.disk_room import DiskRoom, Reservation

INCOMING = ".incoming"  # no name may begin with a dot, so what is half written has none
_OPEN = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


class Incoming:
    """A file that is being written; its lock tells the sweeper so."""

    def __init__(self, root: Path, file: BinaryIO, path: Path, reservation: Reservation) -> None:
        self._root, self._path, self._file, self._reservation = root, path, file, reservation
        self.size = 0
        self.is_kept = False

    def write(self, block: bytes) -> None:
        """OSError."""
        self._reservation.cover(self.size + len(block))
        self._file.write(block)
        self.size += len(block)

    def sync(self) -> None:
        """To the disk. OSError."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def finish(self) -> None:
        """All is written and on the disk, so that a name never leads to a file with holes. OSError."""
        self._file.flush()
        self._reservation.cut(self.size)
        self.sync()

    def keep_as(self, name: str) -> None:
        """Give it its name, over what may be there; ``finish`` comes first. OSError."""
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path.replace(path)
        self.is_kept = True
        _sync_folder(path.parent)


class MediaFolder:
    """``root`` need not be there yet: reading finds nothing then, and writing makes it.

    ``kept_free`` bytes of its disk are left by whoever writes.
    """

    def __init__(self, root: str | Path, kept_free: int = 0) -> None:
        self.root = Path(root)
        self.room = DiskRoom(self.root, kept_free)

    def open(self, name: str) -> BinaryIO:
        """RecordError ``bad_name``, ``not_found`` or ``unreadable``. Regular files only: a pipe would block."""
        path = self._path(name)
        try:
            file = os.fdopen(os.open(path, _OPEN), "rb")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise _not_found(name) from None
        except PermissionError:
            raise RecordError("unreadable", f"{name!r} may not be read") from None
        except OSError as error:
            if error.errno == errno.ENXIO:  # a socket
                raise _not_found(name) from None
            if error.errno == errno.ELOOP:
                raise _circle(name) from None
            raise RecordError("unreadable", f"{name!r} cannot be opened: {error.strerror}") from None
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            raise _not_found(name)
        return file

    def _path(self, name: str) -> Path:
        """Links are followed before the look at where it leads, so no link leaves the root."""
        check_media_name(name)
        folder = self.root.resolve()
        try:
            path = (folder / name).resolve()
        except RuntimeError:
            raise _circle(name) from None
        if not path.is_relative_to(folder):
            raise RecordError("bad_name", f"{name!r} leads out of the media folder")
        return path

    @contextmanager
    def incoming(self, expected: int) -> Iterator[Incoming]:
        """A new file with room for ``expected`` bytes, which goes at the end of the block unless it was kept.

        NoRoomError, OSError.
        """
        folder = self.root / INCOMING
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / uuid.uuid4().hex
        with path.open("xb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            reservation = Reservation(self.room, file.fileno())
            made = Incoming(self.root, file, path, reservation)
            try:
                reservation.cover(expected)
                yield made
            finally:
                if not made.is_kept:
                    path.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one at a time names or removes an upload: one that is sent again must not be removed at that moment."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def etag_of(name: str, found: os.stat_result) -> str:
    """An upload's own digest; of other files, what changes when they do."""
    upload = UPLOAD_NAME.fullmatch(name)
    return f'"{upload[1]}"' if upload else f'"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"'


def _circle(name: str) -> RecordError:
    return RecordError("bad_name", f"{name!r} is a link that leads in a circle")


def _not_found(name: str) -> RecordError:
    return RecordError("not_found", f"there is no file {name!r} in the media folder")


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
