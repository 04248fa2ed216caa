"""A file as an answer: whole, in part, or only its head; shown by a browser only where it is a picture or a video."""

import os
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import wrap_file

from importer.media.folder import etag_of
from importer.media.kinds import OTHER, kind_of_name
from stackroom_kit.problems import RANGE_NOT_SATISFIABLE

BLOCK_BYTES = 256 * 1024


def file_answer(name: str, file: BinaryIO) -> Response:
    """200, 206 or 304; Problem 416. It closes the file when it is sent.

    One range of bytes is understood; If-Range and If-None-Match compare with the ETag.
    """
    try:
        answer = _conditional(name, file)
    except BaseException:
        file.close()
        raise
    if request.method == "HEAD" or answer.status_code == 304:
        file.close()
    return answer


def _understood(environ: dict[str, Any]) -> dict[str, Any]:
    """Without a range in another unit than bytes, which counts for nothing (RFC 9110)."""
    unit = environ.get("HTTP_RANGE", "").partition("=")[0].strip().lower()
    return environ if unit == "bytes" else {name: value for name, value in environ.items() if name != "HTTP_RANGE"}


def _conditional(name: str, file: BinaryIO) -> Response:
    found = os.fstat(file.fileno())
    kind = kind_of_name(name)
    answer = Response(wrap_file(request.environ, file, BLOCK_BYTES), content_type=kind.content_type)
    answer.direct_passthrough = True
    answer.content_length = found.st_size
    answer.set_etag(etag_of(name, found).strip('"'))
    shown = "attachment" if kind.content_type == OTHER else "inline"
    answer.headers["Content-Disposition"] = f'{shown}; filename="{PurePosixPath(name).name}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    try:
        answer.make_conditional(_understood(request.environ), accept_ranges=True, complete_length=found.st_size)
    except RequestedRangeNotSatisfiable:
        detail = f"The file has {found.st_size} bytes; ask for one range of them."
        headers = {"Content-Range": f"bytes */{found.st_size}"}
        raise RANGE_NOT_SATISFIABLE(detail, headers=headers) from None
    return answer
