"""The bytes of a batch, as the body itself or as the one file of a form."""

import dataclasses
import tempfile
from pathlib import PurePath
from typing import IO

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from importer.intake.formats import CSV, FORMATS, JSON, NDJSON
from importer.intake.spool import IN_MEMORY_BYTES
from stackroom_kit.full_disk import full_disk_is_a_problem
from stackroom_kit.problems import FieldError, Problem, bad_request, too_large, unsupported_media_type

FORM = "multipart/form-data"
FIELD = "file"
ENDINGS = {".json": JSON, ".ndjson": NDJSON, ".jsonl": NDJSON, ".csv": CSV, ".tsv": CSV, ".txt": CSV}
UPLOAD_PROBLEMS = {400: ("invalid_form", "one_file"), 413: ("form_too_large",), 415: ("unsupported_media_type",)}
MAX_PARTS = 10
MAX_PART_HEADERS = 512 * 1024  # bytes, and of a field's value; must hold several of the blocks that the parser reads


@dataclasses.dataclass(frozen=True)
class Upload:
    """``media_type`` is one of FORMATS. Leaving the block closes ``file``, that of a form, which has no name."""

    media_type: str
    stream: IO[bytes]
    file: FileStorage | None = None

    def __enter__(self) -> "Upload":
        return self

    def __exit__(self, *_: object) -> None:
        if self.file is not None:
            self.file.close()


def upload() -> Upload:
    """Problem 415 for a form that no batch comes in, 400 and 413 for a form that does not hold its one file."""
    if request.mimetype == FORM:
        return _file_of_form()
    if request.mimetype not in FORMATS:
        accepted = ", ".join((*FORMATS, FORM))
        raise unsupported_media_type(f"Send one of: {accepted}.", accepted)
    return Upload(request.mimetype, request.stream)


def _file_of_form() -> Upload:
    """The ending of its name counts before its type: browsers call a CSV file what the system has registered."""
    file = _only_file()
    ending = PurePath(file.filename or "").suffix.lower()
    media_type = ENDINGS.get(ending, file.mimetype)
    if media_type not in FORMATS:
        file.close()
        detail = f"The file must be JSON, NDJSON or CSV; known endings: {', '.join(ENDINGS)}."
        raise unsupported_media_type(detail, ", ".join(FORMATS))
    return Upload(media_type, file.stream, file)


def _only_file() -> FileStorage:
    """Flask's own ``request.files`` would pass a broken form off as an empty one."""
    spool = _FormFile()
    try:
        with full_disk_is_a_problem():
            return _parsed(spool)
    except BaseException as error:
        spool.close()
        if isinstance(error, RequestEntityTooLarge):
            raise too_large(
                "The form has too many parts, or a part whose head is too long.", code="form_too_large"
            ) from None
        if isinstance(error, ValueError):
            raise bad_request("The form is cut short, or has no boundary.", code="invalid_form") from None
        raise


def _parsed(spool: "_FormFile") -> FileStorage:
    parser = FormDataParser(spool.open, MAX_PART_HEADERS, max_form_parts=MAX_PARTS, silent=False)
    _, form, files = parser.parse(request.stream, FORM, request.content_length, request.mimetype_params)
    if form or list(files) != [FIELD]:
        raise _not_one_file()
    return files[FIELD]


class _FormFile:
    """The one file that a form may hold; a second one is refused before it is read."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None

    def open(self, *_: object, **__: object) -> IO[bytes]:
        if self._file is not None:
            raise _not_one_file()
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - closed by Upload
        return self._file

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _not_one_file() -> Problem:
    detail = f"The form must hold one file named {FIELD!r} and nothing else; options are query parameters."
    return bad_request(detail, FieldError(f"/{FIELD}", "one_file", detail), code="one_file")
