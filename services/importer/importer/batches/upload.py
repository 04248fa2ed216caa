"""The bytes of a batch, as the body itself or as the one file of a form."""

import dataclasses
from pathlib import PurePath
from typing import IO

from flask import request
from werkzeug.datastructures import FileStorage

from importer.parsing.containers import HOW_TO_SAVE, WORKBOOK_TYPES, spreadsheet
from importer.parsing.form import FORM, only_file
from importer.parsing.formats import CSV, FORMATS, JSON, NDJSON, TSV
from importer.parsing.spool import DISK
from stackroom_kit.body_length import UNSUPPORTED_CONTENT_ENCODING, content_encoding
from stackroom_kit.disk_room import DiskRoom, SpoolFile
from stackroom_kit.full_disk import full_disk_is_a_problem
from stackroom_kit.problems import UNSUPPORTED_MEDIA_TYPE

ENDINGS = {".json": JSON, ".ndjson": NDJSON, ".jsonl": NDJSON, ".csv": CSV, ".tsv": CSV, ".txt": CSV}
ALSO_CALLED = {TSV: CSV}
WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods")


@dataclasses.dataclass(frozen=True)
class Upload:
    """``media_type`` is one of FORMATS. Leaving the block closes ``file``, that of a form, which has no name."""

    media_type: str
    charset: str | None  # as the content type declares it
    stream: IO[bytes]
    file: FileStorage | None = None

    def __enter__(self) -> "Upload":
        return self

    def __exit__(self, *_: object) -> None:
        if self.file is not None:
            self.file.close()


def upload(room: DiskRoom, length: int) -> Upload:
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
    return Upload(media_type, request.mimetype_params.get("charset"), request.stream)


def _file_of_form(room: DiskRoom, length: int) -> Upload:
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
    return Upload(media_type, file.mimetype_params.get("charset"), file.stream, file)


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
