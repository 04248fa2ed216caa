"""The bytes of a batch: the body itself or the one file of a form, unpacked where it is compressed, on the disk."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import IO

from flask import request
from werkzeug.datastructures import FileStorage

from importer.batches.file_options import FileOptions, check_is_table
from importer.parsing.containers import HOW_TO_SAVE, WORKBOOK_TYPES, refuse_container, refuse_empty, spreadsheet
from importer.parsing.detection import Declared
from importer.parsing.form import FORM, only_file
from importer.parsing.formats import CSV, FORMATS, JSON, NDJSON, TSV, with_encoding
from importer.parsing.gunzip import MAGIC, Gunzip
from importer.parsing.spool import DISK, Readable, Spooled, spool
from stackroom_kit.body_length import UNSUPPORTED_CONTENT_ENCODING, content_encoding
from stackroom_kit.disk_room import DiskRoom, SpoolFile
from stackroom_kit.problems import UNSUPPORTED_MEDIA_TYPE, full_disk_is_a_problem

ENDINGS = {".json": JSON, ".ndjson": NDJSON, ".jsonl": NDJSON, ".csv": CSV, ".tsv": CSV, ".txt": CSV}
ALSO_CALLED = {TSV: CSV}
WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods")


@dataclasses.dataclass(frozen=True)
class SpooledBody:
    """The file on the disk, unpacked, with its encoding. ``media_type`` is one of FORMATS."""

    media_type: str
    spooled: Spooled


@dataclasses.dataclass(frozen=True)
class OpenBody:
    """Still to be read. ``media_type`` is one of FORMATS; ``file``, that of a form, is closed with the block."""

    media_type: str
    charset: str | None  # as the content type declares it
    stream: IO[bytes]
    file: FileStorage | None = None

    def __enter__(self) -> "OpenBody":
        return self

    def __exit__(self, *_: object) -> None:
        if self.file is not None:
            self.file.close()


@contextmanager
def spooled_body(options: FileOptions, digest_prefix: bytes, max_bytes: int, room: DiskRoom) -> Iterator[SpooledBody]:
    """Problems 400, 413, 415, 422 and 503, before anything is written."""
    length = request.content_length or 0
    with (
        open_body(room, length) as sent,
        spool(_unpacked(sent.stream, max_bytes), digest_prefix, room, length) as spooled,
    ):
        check_is_table(sent.media_type, options.table)
        refuse_empty(spooled.file)
        refuse_container(spooled.file, spooled.size)
        yield SpooledBody(sent.media_type, with_encoding(spooled, Declared(options.encoding, sent.charset)))


def _unpacked(stream: IO[bytes], max_bytes: int) -> Readable:
    """By what the bytes are: no file that a batch comes in begins as gzip does, and a form has no head that says it."""
    start = stream.read(len(MAGIC))
    is_said = content_encoding() != "identity"
    peeked = _PeekedStream(start, stream)
    return Gunzip(peeked, max_bytes) if is_said or start == MAGIC else peeked


class _PeekedStream:
    """A stream of which the first bytes were looked at."""

    def __init__(self, start: bytes, stream: Readable) -> None:
        self._start = start
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        start, self._start = self._start, b""
        return start or self._stream.read(size)


def open_body(room: DiskRoom, length: int) -> OpenBody:
    """Problem 415 for a form that no batch comes in, 400 and 413 for a form that does not hold its one file.

    The file of a form is kept in ``room``; it has at most ``length`` bytes. Problem 503 where there is none.
    """
    if request.mimetype == FORM:
        return _file_of_form(room, length)
    media_type = ALSO_CALLED.get(request.mimetype, request.mimetype)
    if media_type not in FORMATS:
        accepted = ", ".join((*FORMATS, *ALSO_CALLED, FORM))
        how = f" Of a workbook, {HOW_TO_SAVE}." if media_type in WORKBOOK_TYPES else ""
        raise UNSUPPORTED_MEDIA_TYPE(f"Send one of: {accepted}.{how}", headers={"Accept-Post": accepted})
    return OpenBody(media_type, request.mimetype_params.get("charset"), request.stream)


def _file_of_form(room: DiskRoom, length: int) -> OpenBody:
    """The ending of its name counts before its type: browsers call a CSV file what the system has registered."""
    if content_encoding() != "identity":
        detail = "A form is taken without Content-Encoding; the file in it may be compressed by gzip."
        raise UNSUPPORTED_CONTENT_ENCODING(detail, headers={"Accept-Encoding": "identity"})
    file = _only_file(room, length)
    name = PurePath((file.filename or "").lower().removesuffix(".gz"))
    media_type = ENDINGS.get(name.suffix, ALSO_CALLED.get(file.mimetype, file.mimetype))
    if media_type not in FORMATS:
        file.close()
        if name.suffix in WORKBOOK_ENDINGS:
            raise spreadsheet()
        detail = f"The file must be JSON, NDJSON or CSV; known endings: {', '.join(ENDINGS)}."
        raise UNSUPPORTED_MEDIA_TYPE(detail, headers={"Accept-Post": ", ".join(FORMATS)})
    return OpenBody(media_type, file.mimetype_params.get("charset"), file.stream, file)


def _only_file(room: DiskRoom, length: int) -> FileStorage:
    with full_disk_is_a_problem(DISK):
        spooled = SpoolFile(room, length)
        try:
            file = only_file(request.stream, lambda: spooled)
            spooled.begin_reading()
        except BaseException:
            spooled.close()
            raise
    return file
