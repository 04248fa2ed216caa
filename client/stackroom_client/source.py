"""The file to import: a regular file as it lies there, a pipe first copied to disk, since its length must be said."""

import dataclasses
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from stackroom_client.errors import UsageError
from stackroom_client.texts import one_line

STDIN = "-"
MEDIA_TYPES = {"csv": "text/csv", "json": "application/json", "ndjson": "application/x-ndjson"}
VIDEO = "video"
VIDEO_ENDINGS = (
    ".mp4", ".m4v", ".mkv", ".mov", ".avi", ".webm", ".ts", ".m2ts", ".mpg", ".mpeg", ".wmv", ".asf", ".flv", ".ogv",
    ".3gp", ".mxf", ".dv", ".nut", ".gif", ".apng",
)  # fmt: skip
ENDINGS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson"}
WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods")
COPY_BYTES = 1024 * 1024
NOTHING = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"  # byte order marks and white space, in UTF-8 and UTF-16
NOTHING_BYTES = 1024  # what is longer says something, or the server says what it lacks


@dataclasses.dataclass(frozen=True)
class Source:
    """``name`` is for people; ``size`` in bytes and ``changed_at`` in nanoseconds are those when it was opened."""

    name: str
    file: IO[bytes]
    size: int
    changed_at: int

    @property
    def is_empty(self) -> bool:
        """Also where it holds a byte order mark and white space alone."""
        if self.size > NOTHING_BYTES:
            return False
        self.file.seek(0)
        return not self.file.read().strip(NOTHING)

    def has_changed(self) -> bool:
        now = os.fstat(self.file.fileno())
        return (now.st_size, now.st_mtime_ns) != (self.size, self.changed_at)


def kind_of_rows(name: str, given: str | None) -> str | None:
    """By ``--format``, else by the ending of the name; None where neither says it."""
    return given or ENDINGS.get(_ending(name))


def _ending(name: str) -> str:
    return Path(name.lower().removesuffix(".gz")).suffix


def media_type(name: str, given: str | None) -> str:
    """UsageError where nothing says what is in it."""
    kind = kind_of_rows(name, given)
    if kind is None and _ending(name) in WORKBOOK_ENDINGS:
        raise UsageError(
            f"{shown(name)} is a workbook; save the sheet as CSV (File, Save As, CSV UTF-8) and import that file"
        )
    if kind is None:
        raise UsageError(
            f"{shown(name)}: what is in it? Say --format csv, json or ndjson (known endings: {', '.join(ENDINGS)}); "
            f"a video is imported with --format video (known endings: {', '.join(VIDEO_ENDINGS)}) and has no preview"
        )
    return MEDIA_TYPES[kind]


def is_video(name: str, given: str | None) -> bool:
    """By ``--format``, else by the ending of the name."""
    return given == VIDEO or (given is None and Path(name).suffix.lower() in VIDEO_ENDINGS)


def shown(name: str) -> str:
    return "standard input" if name == STDIN else one_line(name.encode("utf-8", "replace").decode("utf-8", "replace"))


@contextmanager
def opened(name: str) -> Iterator[Source]:
    """UsageError for a file that is not there, cannot be read, or is a folder; also where a pipe's copy has no room."""
    try:
        with _regular(name) as file:
            found = os.fstat(file.fileno())
            yield Source(shown(name), file, found.st_size, found.st_mtime_ns)
    except OSError as error:
        raise UsageError(f"{shown(name)} cannot be read: {error.strerror or error}") from None


@contextmanager
def _regular(name: str) -> Iterator[IO[bytes]]:
    if name == STDIN:
        if sys.stdin is None:
            raise UsageError("standard input is closed")
        with _spooled(sys.stdin.buffer) as copy:
            yield copy
        return
    with Path(name).open("rb") as file:
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            yield file
        else:
            with _spooled(file) as copy:
                yield copy


@contextmanager
def _spooled(pipe: IO[bytes]) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile(prefix="stackroom-") as copy:
        shutil.copyfileobj(pipe, copy, COPY_BYTES)
        copy.flush()
        yield copy
