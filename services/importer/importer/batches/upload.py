"""The bytes of a batch, as the body itself or as the one file of a form."""

import dataclasses
from pathlib import PurePath
from typing import IO

from flask import request

from importer.intake.formats import CSV, FORMATS, JSON, NDJSON
from stackroom_kit.problems import FieldError, bad_request, unsupported_media_type

FORM = "multipart/form-data"
FIELD = "file"
ENDINGS = {".json": JSON, ".ndjson": NDJSON, ".jsonl": NDJSON, ".csv": CSV, ".tsv": CSV, ".txt": CSV}


@dataclasses.dataclass(frozen=True)
class Upload:
    """``media_type`` is one of FORMATS."""

    media_type: str
    stream: IO[bytes]


def upload() -> Upload:
    """Problem 415 for a form that no batch comes in, 400 for a form without its file."""
    if request.mimetype == FORM:
        return _file_of_form()
    if request.mimetype not in FORMATS:
        accepted = ", ".join((*FORMATS, FORM))
        raise unsupported_media_type(f"Send one of: {accepted}.", accepted)
    return Upload(request.mimetype, request.stream)


def _file_of_form() -> Upload:
    """The ending of its name counts before its type: browsers call a CSV file what the system has registered."""
    files = request.files.getlist(FIELD)
    if len(files) != 1 or len(request.files) != 1 or request.form:
        detail = f"The form must hold one file named {FIELD!r} and nothing else; options are query parameters."
        raise bad_request(detail, FieldError(f"/{FIELD}", "one_file", detail), code="one_file")
    (file,) = files
    ending = PurePath(file.filename or "").suffix.lower()
    media_type = ENDINGS.get(ending, file.mimetype)
    if media_type not in FORMATS:
        detail = f"The file must be JSON, NDJSON or CSV; known endings: {', '.join(ENDINGS)}."
        raise unsupported_media_type(detail, ", ".join(FORMATS))
    return Upload(media_type, file.stream)
