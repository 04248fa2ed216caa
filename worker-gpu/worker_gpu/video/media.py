"""A file under the media folder, by the name that a record gives."""

from pathlib import Path
from typing import BinaryIO

from stackroom_jobs.outcomes import RecordError

MAX_NAME = 1024  # characters; more is no path on any file system that this runs on


def _path(root: Path, name: str) -> Path:
    """Links are followed before the look at where it leads, so no name and no link leaves the root."""
    if not name or len(name) > MAX_NAME or "\0" in name:
        raise RecordError("bad_name", "the payload must be the name of a file in the media folder")
    folder = root.resolve()
    try:
        path = (folder / name).resolve()
    except RuntimeError:
        raise RecordError("bad_name", f"{name!r} is a link that leads in a circle") from None
    if not path.is_relative_to(folder):
        raise RecordError("bad_name", f"{name!r} leads out of the media folder")
    return path


def open_media(root: Path, name: str) -> BinaryIO:
    """The open file. RecordError ``bad_name``, ``not_found`` or ``unreadable``.

    Only regular files are opened: a pipe or a device would block for ever, or never end.
    """
    path = _path(root, name)
    try:
        if path.is_file():
            return path.open("rb")
    except FileNotFoundError:
        pass  # it went between the look and the opening
    except PermissionError:
        raise RecordError("unreadable", f"the worker may not read {name!r}") from None
    except OSError as error:
        raise RecordError("unreadable", f"{name!r} cannot be opened: {error.strerror}") from None
    raise RecordError("not_found", f"there is no file {name!r} in the media folder")
