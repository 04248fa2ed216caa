"""Media for workers: a video read by ranges, a picture delivered under the token of its chunk."""

import os
import re
from typing import Any

from flask import Blueprint, Response, request

from importer.media.folder import etag_of
from importer.media.pictures import Place, StaleTokenError, check_picture, deliver, place_of_chunk, place_of_task
from importer.media.problems import disk_errors_as_problems, record_errors_as_problems
from importer.services import services
from importer.worker_api.messages import not_yours, query
from stackroom_kit.problems import Problem, bad_request, too_large

MAX_BLOCK_BYTES = 8 * 1024 * 1024  # of one answer: it is held in memory
MAX_END = 10**18  # of a range; the system knows no larger files
_ROW = re.compile(r"[0-9]{1,10}", re.ASCII)
blueprint = Blueprint("worker_media", __name__, url_prefix="/internal/media")


def _asked_range() -> tuple[int, int]:
    """First byte and number of bytes; 400 unless the request names one plain range."""
    wanted = request.range
    start, end = wanted.ranges[0] if wanted and wanted.units == "bytes" and len(wanted.ranges) == 1 else (0, None)
    if end is None or end > MAX_END:
        raise bad_request("Send one range of bytes with both of its ends.", code="bad_range")
    return start, min(end - start, MAX_BLOCK_BYTES)


@blueprint.get("/file")
def read_block() -> Response:
    """206 with the bytes that are there, 416 behind the end; both say the size of the whole file."""
    name, (start, size) = query("name"), _asked_range()
    with record_errors_as_problems(), services().media.open(name) as file:
        found = os.fstat(file.fileno())
        file.seek(start)
        data = file.read(size)
    last = start + len(data) - 1
    answer = Response(data, 206 if data else 416, content_type="application/octet-stream")
    answer.headers["Content-Range"] = f"bytes {start}-{last}/{found.st_size}" if data else f"bytes */{found.st_size}"
    answer.headers["ETag"] = etag_of(name, found)
    return answer


@blueprint.post("/picture")
def take_picture() -> dict[str, Any]:
    """409 for a stale token. Repeated, it is the same picture under the same name."""
    here, file_name = services(), query("file_name")
    if (request.content_length or 0) > here.settings.max_picture_bytes:
        raise too_large(f"A picture may have at most {here.settings.max_picture_bytes} bytes.")
    content = request.get_data(cache=False)
    with record_errors_as_problems(), disk_errors_as_problems():
        check_picture(file_name, content)
        try:
            return {"name": deliver(here.media, _place(file_name), content, here.settings.max_pictures)}
        except StaleTokenError:
            raise not_yours() from None


def _place(file_name: str) -> Place:
    if "task" in request.args:
        return place_of_task(query("task"), file_name)
    row = query("row")
    if not _ROW.fullmatch(row):
        raise _bad_row()
    return place_of_chunk(services().engine, query("token"), int(row), file_name)


def _bad_row() -> Problem:
    return bad_request("row must be the number of a row.", code="bad_row")
