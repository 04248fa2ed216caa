"""Media for workers: a video read by ranges, a picture delivered under the token of its chunk."""

import os
import re

import msgspec
from flask import Response, request

from importer.media.folder import etag_of
from importer.media.kinds import OTHER
from importer.media.pictures import Place, StaleTokenError, check_picture, deliver, place_of_chunk, place_of_task
from importer.media.problems import disk_errors_as_problems, record_errors_as_problems
from importer.problems import BAD_NAME, DISK, FILE, NOT_A_PICTURE, TOO_MANY
from importer.services import services
from importer.worker_api.messages import not_yours, query, query_parameter
from importer.worker_api.problems import BAD_RANGE, BAD_ROW, STALE_TOKEN
from stackroom_kit.api import Answer, Api, Parameter, json_answer, json_of
from stackroom_kit.problems import TOO_LARGE, Problem
from stackroom_sql.problems import DATABASE_PROBLEMS

MAX_BLOCK_BYTES = 8 * 1024 * 1024  # of one answer: it is held in memory
MAX_END = 10**18  # of a range; the system knows no larger files
_ROW = re.compile(r"[0-9]{1,10}", re.ASCII)
api = Api("worker_media", __name__, "/internal/media", tag="media", takes_any_query=True)
BINARY = {OTHER: {"type": "string", "format": "binary"}}
SAID = {"Content-Range": "Which bytes of how many.", "ETag": "Changes when the file does."}
RANGE = Parameter("Range", {"type": "string"}, "One range of bytes, with both of its ends.", "header", is_required=True)
PICTURE = (
    BAD_NAME, BAD_ROW, STALE_TOKEN, TOO_LARGE, NOT_A_PICTURE, TOO_MANY, *DISK, *DATABASE_PROBLEMS,
)  # fmt: skip
PLACE = (
    query_parameter("file_name", "The picture's own name.", is_required=True),
    query_parameter("token", "That of the chunk; then its row is needed."),
    query_parameter("row", "The row of the batch, from 1."),
    query_parameter("task", "Instead of both: the id of a bare Celery task."),
)


class DeliveredPicture(msgspec.Struct):
    name: str


def _asked_range() -> tuple[int, int]:
    """First byte and number of bytes; 400 unless the request names one plain range."""
    wanted = request.range
    start, end = wanted.ranges[0] if wanted and wanted.units == "bytes" and len(wanted.ranges) == 1 else (0, None)
    if end is None or end > MAX_END:
        raise BAD_RANGE("Send one range of bytes with both of its ends.")
    return start, min(end - start, MAX_BLOCK_BYTES)


@api.call(
    "GET",
    "/file",
    right="worker",
    parameters=(query_parameter("name", "The file's name.", is_required=True), RANGE),
    answers={
        206: Answer("The bytes that are there.", BINARY, SAID),
        416: Answer("The file ends before.", headers=SAID),
    },
    problems=(*FILE, BAD_RANGE),
)
def read_block() -> Response:
    """A range of a media file; every answer says the size of the whole."""
    name, (start, size) = query("name"), _asked_range()
    with record_errors_as_problems(), services().media.open(name) as file:
        found = os.fstat(file.fileno())
        file.seek(start)
        data = file.read(size)
    last = start + len(data) - 1
    answer = Response(data, 206 if data else 416, content_type=OTHER)
    answer.headers["Content-Range"] = f"bytes {start}-{last}/{found.st_size}" if data else f"bytes */{found.st_size}"
    answer.headers["ETag"] = etag_of(name, found)
    return answer


@api.call(
    "POST",
    "/picture",
    right="worker",
    parameters=PLACE,
    body=BINARY,
    answers={200: json_of(DeliveredPicture, "It is kept.")},
    problems=PICTURE,
)
def take_picture() -> Response:
    """Deliver a picture of a row or a task. Repeated, it is the same picture under the same name."""
    here, file_name = services(), query("file_name")
    if (request.content_length or 0) > here.settings.max_picture_bytes:
        raise TOO_LARGE(f"A picture may have at most {here.settings.max_picture_bytes} bytes.")
    content = request.get_data(cache=False)
    with record_errors_as_problems(), disk_errors_as_problems():
        check_picture(file_name, content)
        try:
            name = deliver(here.media, _place(file_name), content, here.settings.max_pictures)
        except StaleTokenError:
            raise not_yours() from None
    return json_answer(DeliveredPicture(name))


def _place(file_name: str) -> Place:
    if "task" in request.args:
        return place_of_task(query("task"), file_name)
    row = query("row")
    if not _ROW.fullmatch(row):
        raise _bad_row()
    return place_of_chunk(services().engine, query("token"), int(row), file_name)


def _bad_row() -> Problem:
    return BAD_ROW("row must be the number of a row.")
