"""A body on its way to the disk, unpacked where it is compressed; one in which there is nothing is called empty."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from flask import request

from importer.batches.file_options import FileOptions, check_is_table
from importer.batches.upload import upload
from importer.parsing.containers import refuse_container, refuse_empty
from importer.parsing.detection import Declared
from importer.parsing.formats import looked_at
from importer.parsing.gunzip import MAGIC, Gunzip
from importer.parsing.spool import Readable, Spooled, spool
from stackroom_kit.body_length import content_encoding
from stackroom_kit.disk_room import DiskRoom


@dataclasses.dataclass(frozen=True)
class Received:
    """``media_type`` is one of FORMATS; ``spooled`` holds the file without compression, and knows its encoding."""

    media_type: str
    spooled: Spooled


class _Begun:
    """A stream of which the first bytes were looked at."""

    def __init__(self, start: bytes, stream: Readable) -> None:
        self._start = start
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        start, self._start = self._start, b""
        return start or self._stream.read(size)


@contextmanager
def received(told: FileOptions, digest_prefix: bytes, max_bytes: int, room: DiskRoom) -> Iterator[Received]:
    """Problems 400, 413, 415, 422 and 503, before anything is written."""
    length = request.content_length or 0
    with (
        upload(room, length) as sent,
        spool(_unpacked(sent.stream, max_bytes), digest_prefix, room, length) as spooled,
    ):
        check_is_table(sent.media_type, told.table)
        refuse_empty(spooled.file)
        refuse_container(spooled.file, spooled.size)
        yield Received(sent.media_type, looked_at(spooled, Declared(told.encoding, sent.charset)))


def _unpacked(stream: IO[bytes], max_bytes: int) -> Readable:
    """By what the bytes are: no file that a batch comes in begins as gzip does, and a form has no head that says it."""
    start = stream.read(len(MAGIC))
    is_said = content_encoding() != "identity"
    begun = _Begun(start, stream)
    return Gunzip(begun, max_bytes) if is_said or start == MAGIC else begun
