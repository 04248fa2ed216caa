"""Uploads: named by what they hold, so that the same file sent twice is one, and two at once do not clash."""

import dataclasses
import datetime
import os
from pathlib import Path, PurePosixPath
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from importer.media.folder import MediaFolder
from importer.media.kinds import kind_of_name
from importer.media.names import UPLOAD_NAME, UPLOADS
from importer.media.problems import disk_errors_as_problems
from importer.media.receiving import IncomingMedia, MediaBody, take_body, take_form
from importer.parsing.spool import Readable
from stackroom_kit.api import Count, Time
from stackroom_kit.cursor import decode_cursor, encode_cursor
from stackroom_kit.public_path import public_path


class MediaFile(msgspec.Struct):
    """An upload as clients see it."""

    name: Annotated[str, Meta(description="What a record names it by.")]
    size: Count
    type: str
    uploaded_at: Time
    url: str
    created: Annotated[bool | UnsetType, Meta(description="False where the same bytes were here already.")] = UNSET


@dataclasses.dataclass(frozen=True, order=True)
class Upload:
    """``time`` is that of the last time that it was sent, in nanoseconds since 1970; ``name`` begins with uploads/."""

    time: int
    name: str
    size: int

    def view(self) -> MediaFile:
        return MediaFile(
            name=self.name,
            size=self.size,
            type=kind_of_name(self.name).content_type,
            uploaded_at=datetime.datetime.fromtimestamp(self.time // 1_000_000_000, datetime.UTC),
            url=public_path(f"/api/importer/media/{self.name}"),
        )

    @property
    def digest(self) -> str:
        return PurePosixPath(self.name).stem


def store(folder: MediaFolder, stream: Readable, length: int, is_form: bool) -> tuple[Upload, bool]:
    """Read ``stream``, of ``length`` bytes, to its end; the upload, and whether it is new.

    Room for it is taken before it is read, and nothing is left of what ends early.

    IncompleteBodyError where it does; Problem 503 for a disk that takes no more, 400 for an empty file.
    """
    with disk_errors_as_problems(), folder.incoming(length) as incoming:
        media = IncomingMedia(incoming)
        (take_form if is_form else take_body)(MediaBody(stream), media)
        incoming.finish()
        name = media.name()
        path = folder.root / name
        with folder.locked():
            is_new = not path.exists()
            if is_new:
                incoming.keep_as(name)
            else:
                os.utime(path)
            return _found(path), is_new


def _found(path: Path) -> Upload:
    found = path.stat()
    return Upload(found.st_mtime_ns, f"{UPLOADS}/{path.name}", found.st_size)


def list_uploads(folder: MediaFolder) -> list[Upload]:
    """All of them, the newest first. One that goes meanwhile is left out."""
    paths = (folder.root / UPLOADS).glob("*")
    found = []
    for path in paths:
        if UPLOAD_NAME.fullmatch(f"{UPLOADS}/{path.name}"):
            try:
                found.append(_found(path))
            except FileNotFoundError:
                continue
    return sorted(found, reverse=True)


def page_of(uploads: list[Upload], limit: int, after: str | None) -> tuple[list[Upload], str | None]:
    """The uploads behind ``after``, and the cursor of the following page. Problem 400 for what is no cursor."""
    if after is not None:
        place = decode_cursor(after, int, str)
        uploads = [one for one in uploads if [one.time, one.name] < place]
    page = uploads[:limit]
    return page, encode_cursor(page[-1].time, page[-1].name) if len(uploads) > limit else None


def remove_upload(folder: MediaFolder, name: str) -> bool:
    """False where it is not there."""
    with disk_errors_as_problems(), folder.locked():
        try:
            (folder.root / name).unlink()
        except FileNotFoundError:
            return False
    return True
