"""The calls under ``/api/importer/media``: send a video, list and remove what was sent, read it and its pictures."""

from typing import Annotated, Literal

import msgspec
from flask import Response, request
from msgspec import Meta

from importer.batches.view import BATCH_ID, WORD, batch_gone
from importer.ledger.batch import batch_that_names, is_expired
from importer.media.kinds import KINDS, OTHER
from importer.media.names import RESULT_NAME, RESULTS, TASKS, UPLOAD_NAME, UPLOADS, is_served
from importer.media.problems import disk_errors_as_problems, record_errors_as_problems
from importer.media.serving import file_answer
from importer.media.uploads import MediaFile, list_uploads, page_of, remove_upload, store
from importer.parsing.form import FIELD, FILE, FORM, FORM_SHAPE
from importer.problems import DISK, EMPTY_UPLOAD, FORM_PROBLEMS, IN_USE, SERVED_FILE
from importer.services import services
from stackroom_kit.api import Answer, Api, Count, Parameter, json_answer, json_of
from stackroom_kit.arguments import (
    integer_argument,
    integer_parameter,
    text_argument,
    text_parameter,
)
from stackroom_kit.cursor import BAD_CURSOR
from stackroom_kit.problems import NOT_FOUND
from stackroom_sql.problems import DATABASE_PROBLEMS

MAX_PAGE = 1000
SILENCE_SECONDS = 60  # a peer that neither takes nor gives anything for so long is cut off
SENT_FILE = {**FILE, "minLength": 1}
BODIES = {OTHER: SENT_FILE, FORM: {**FORM_SHAPE, "properties": {FIELD: SENT_FILE}}}
UPLOAD = Parameter(
    "file", {"type": "string", "pattern": r"^[0-9a-f]{64}\.[a-z0-9]{1,5}$"}, "SHA-256 of it, with its ending.", "path"
)
PICTURE = Parameter(
    "file", {"type": "string", "pattern": r"^[A-Za-z0-9_-]{1,100}\.[a-z0-9]{1,5}$"}, "The picture's own name.", "path"
)
ROW = Parameter("row", {"type": "string", "pattern": "^[0-9]{1,10}$"}, "The row of the batch, from 1.", "path")
CELERY_ID = Parameter("task_id", {"type": "string", "pattern": f"^{WORD}$"}, "That of a bare Celery task.", "path")
PAGE = (
    integer_parameter("limit", "Files of a page.", 100, 1, MAX_PAGE),
    text_parameter("after", "The `next` of the page before."),
)
RANGES = (
    Parameter("Range", {"type": "string"}, "One range of bytes.", "header"),
    Parameter("If-Range", {"type": "string"}, "An ETag: the range only while it is current, else the whole.", "header"),
    Parameter("If-None-Match", {"type": "string"}, "An ETag: 304 while it is current.", "header"),
)
CONTENT = dict.fromkeys(sorted({OTHER, *(kind.content_type for kind in KINDS)}), FILE)
ETAG = {"ETag": "Changes when the file does.", "Cache-Control": "`private, no-cache`"}
SENT = {**ETAG, "Accept-Ranges": "`bytes`", "Content-Disposition": "Its name, and whether a browser shows it."}
FILE_ANSWERS = {
    200: Answer("The file.", CONTENT, SENT),
    206: Answer("The range.", CONTENT, {**SENT, "Content-Range": "Which bytes of how many."}),
    304: Answer("Not changed.", headers=ETAG),
}
TAKEN = {
    200: json_of(MediaFile, "These bytes were here already.", Location="Where it is."),
    201: json_of(MediaFile, "The new file.", Location="Where it is."),
}
api = Api("media", __name__, "/api/importer/media")
UPLOAD_ENDPOINT = "media.upload_media"  # the only body that may have MAX_MEDIA_BYTES


class MediaList(msgspec.Struct):
    items: list[MediaFile]
    next: str | None
    max_bytes: Annotated[Count, Meta(description="Longest upload that is taken.")]
    room_bytes: Annotated[Count, Meta(description="What the disk has room for.")]


class DeletedMedia(msgspec.Struct):
    status: Literal["deleted"]
    name: str


@api.before_request
def _bound_silence() -> None:
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(SILENCE_SECONDS)


@api.call("POST", "", right="operator", body=BODIES, answers=TAKEN, problems=(*FORM_PROBLEMS, EMPTY_UPLOAD, *DISK))
def upload_media() -> Response:
    """Send a video, as the body itself or in a form."""
    here = services()
    is_form = request.mimetype == FORM
    upload, is_new = store(here.media, request.stream, request.content_length or 0, is_form)
    view = upload.view()
    view.created = is_new
    return json_answer(view, 201 if is_new else 200, {"Location": view.url})


@api.call(
    "GET",
    "",
    right="reader",
    parameters=PAGE,
    answers={200: json_of(MediaList, "A page.")},
    problems=(BAD_CURSOR, *DISK),
)
def list_media() -> Response:
    """What was uploaded, newest first."""
    here = services()
    limit = integer_argument("limit", 100, 1, MAX_PAGE) or 100
    with disk_errors_as_problems():
        room = here.media.room.left()
        page, following = page_of(list_uploads(here.media), limit, text_argument("after"))
    return json_answer(MediaList([upload.view() for upload in page], following, here.settings.max_media_bytes, room))


@api.call(
    "GET",
    f"/{UPLOADS}/<file>",
    right="reader",
    parameters=(UPLOAD, *RANGES),
    answers=FILE_ANSWERS,
    problems=SERVED_FILE,
)
def read_upload(file: str) -> Response:
    """A file that was sent."""
    return _answer(f"{UPLOADS}/{file}")


@api.call(
    "GET",
    f"/{RESULTS}/<batch_id>/<row>/<file>",
    right="reader",
    parameters=(BATCH_ID, ROW, PICTURE, *RANGES),
    answers=FILE_ANSWERS,
    problems=SERVED_FILE,
)
def read_picture(batch_id: str, row: str, file: str) -> Response:
    """A picture of a row's result.

    410 once its batch is over.
    """
    name = f"{RESULTS}/{batch_id}/{row}/{file}"
    if RESULT_NAME.fullmatch(name) and is_expired(services().engine, batch_id):
        raise batch_gone(batch_id)
    return _answer(name)


@api.call(
    "GET",
    f"/{TASKS}/<task_id>/<file>",
    right="reader",
    parameters=(CELERY_ID, PICTURE, *RANGES),
    answers=FILE_ANSWERS,
    problems=SERVED_FILE,
)
def read_picture_of_task(task_id: str, file: str) -> Response:
    """A picture of a bare task's result."""
    return _answer(f"{TASKS}/{task_id}/{file}")


def _answer(name: str) -> Response:
    """404 for anything else in the folder."""
    if not is_served(name):
        raise NOT_FOUND("There is no such media file.")
    with record_errors_as_problems():
        file = services().media.open(name)
    return file_answer(name, file)


@api.call(
    "DELETE",
    f"/{UPLOADS}/<file>",
    right="operator",
    parameters=(UPLOAD,),
    answers={200: json_of(DeletedMedia, "It is gone.")},
    problems=(NOT_FOUND, IN_USE, *DISK, *DATABASE_PROBLEMS),
)
def delete_upload(file: str) -> Response:
    """Remove an upload that no open batch names.

    Only uploads: pictures go with their batch.
    """
    name = f"{UPLOADS}/{file}"
    upload = UPLOAD_NAME.fullmatch(name)
    if not upload:
        raise NOT_FOUND("There is no such upload.")
    here = services()
    batch_id = batch_that_names(here.engine, here.registry.readers_of_media(), upload[1])
    if batch_id is not None:
        raise IN_USE(f"The batch {batch_id} still works on it.")
    if not remove_upload(services().media, name):
        raise NOT_FOUND("There is no such upload.")
    return json_answer(DeletedMedia("deleted", name))
