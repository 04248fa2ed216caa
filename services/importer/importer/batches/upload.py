"""The bytes of a batch, as the body itself or as the one file of a form."""

import dataclasses
import tempfile
from contextlib import ExitStack
from pathlib import PurePath
from typing import IO

from flask import request
from werkzeug.datastructures import FileStorage

from importer.intake.form import FORM, FORM_PROBLEMS, only_file
from importer.intake.formats import CSV, FORMATS, JSON, NDJSON
from importer.intake.spool import IN_MEMORY_BYTES
from stackroom_kit.full_disk import full_disk_is_a_problem
from stackroom_kit.problems import unsupported_media_type

ENDINGS = {".json": JSON, ".ndjson": NDJSON, ".jsonl": NDJSON, ".csv": CSV, ".tsv": CSV, ".txt": CSV}
UPLOAD_PROBLEMS = {**FORM_PROBLEMS, 415: ("unsupported_media_type",)}


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


def upload() -> Upload:
    """Problem 415 for a form that no batch comes in, 400 and 413 for a form that does not hold its one file."""
    if request.mimetype == FORM:
        return _file_of_form()
    if request.mimetype not in FORMATS:
        accepted = ", ".join((*FORMATS, FORM))
        raise unsupported_media_type(f"Send one of: {accepted}.", accepted)
    return Upload(request.mimetype, request.mimetype_params.get("charset"), request.stream)


def _file_of_form() -> Upload:
    """The ending of its name counts before its type: browsers call a CSV file what the system has registered."""
    file = _only_file()
    ending = PurePath(file.filename or "").suffix.lower()
    media_type = ENDINGS.get(ending, file.mimetype)
    if media_type not in FORMATS:
        file.close()
        detail = f"The file must be JSON, NDJSON or CSV; known endings: {', '.join(ENDINGS)}."
        raise unsupported_media_type(detail, ", ".join(FORMATS))
    return Upload(media_type, file.mimetype_params.get("charset"), file.stream, file)


def _only_file() -> FileStorage:
    with ExitStack() as opened:
        with full_disk_is_a_problem():
            file = only_file(
                request.stream, lambda: opened.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES))
            )
        opened.pop_all()
        return file
