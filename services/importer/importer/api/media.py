"""The calls under ``/api/importer/media``: send a video, list and remove what was sent, read it and its pictures."""

from typing import Any

from flask import Blueprint, Response, request

from importer.batches.view import batch_gone
from importer.ledger.statements import IS_EXPIRED
from importer.media.names import RESULT_NAME, RESULTS, TASKS, UPLOAD_NAME, UPLOADS, is_served
from importer.media.problems import disk_errors_as_problems, record_errors_as_problems
from importer.media.serving import file_answer
from importer.media.taking import take_body, take_form
from importer.media.uploads import list_uploads, page_of, remove_upload, store
from importer.media.use import batch_that_names
from importer.parsing.form import FORM, FORM_PROBLEMS
from importer.services import services
from stackroom_kit.arguments import integer_argument, refuse_unknown_arguments, text_argument
from stackroom_kit.problems import conflict, not_found

MAX_PAGE = 1000
UPLOAD_PROBLEMS = {**FORM_PROBLEMS, 400: ("empty_upload", *FORM_PROBLEMS[400])}
READ_PROBLEMS = {400: ("bad_name",), 404: ("not_found",), 416: ("range_not_satisfiable",), 422: ("unreadable",)}
DELETE_PROBLEMS = {404: ("not_found",), 409: ("in_use",)}
SILENCE_SECONDS = 60  # a peer that neither takes nor gives anything for so long is cut off
blueprint = Blueprint("media", __name__, url_prefix="/api/importer/media")
UPLOAD_ENDPOINT = "media.upload_file"  # the only body that may have MAX_MEDIA_BYTES


@blueprint.before_request
def _bound_silence() -> None:
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(SILENCE_SECONDS)


@blueprint.post("")
def upload_file() -> tuple[dict[str, Any], int, dict[str, str]]:
    """The body is the file, or a form with one. 201 with its name, 200 where the same bytes were here already."""
    refuse_unknown_arguments(())
    here = services()
    take = take_form if request.mimetype == FORM else take_body
    upload, is_new = store(here.media, request.stream, request.content_length or 0, take)
    view = upload.view()
    return {**view, "created": is_new}, 201 if is_new else 200, {"Location": view["url"]}


@blueprint.get("")
def list_files() -> dict[str, Any]:
    """Newest first, by pages; with what an upload may have at most, and what the disk has room for."""
    refuse_unknown_arguments({"limit", "after"})
    here = services()
    limit = integer_argument("limit", 100, 1, MAX_PAGE) or 100
    with disk_errors_as_problems():
        room = here.media.room.left()
        page, following = page_of(list_uploads(here.media), limit, text_argument("after"))
    items = [upload.view() for upload in page]
    return {"items": items, "next": following, "max_bytes": here.settings.max_media_bytes, "room_bytes": room}


@blueprint.get(f"/{UPLOADS}/<file>")
def read_upload(file: str) -> Response:
    return _answer(f"{UPLOADS}/{file}")


@blueprint.get(f"/{RESULTS}/<batch_id>/<row>/<file>")
def read_picture(batch_id: str, row: str, file: str) -> Response:
    """One that a worker delivered for a row; 410 once its batch is over."""
    name = f"{RESULTS}/{batch_id}/{row}/{file}"
    if RESULT_NAME.fullmatch(name) and _is_expired(batch_id):
        raise batch_gone(batch_id)
    return _answer(name)


@blueprint.get(f"/{TASKS}/<task_id>/<file>")
def read_picture_of_task(task_id: str, file: str) -> Response:
    return _answer(f"{TASKS}/{task_id}/{file}")


def _answer(name: str) -> Response:
    """404 for anything else in the folder."""
    refuse_unknown_arguments(())
    if not is_served(name):
        raise not_found("There is no such media file.")
    with record_errors_as_problems():
        file = services().media.open(name)
    return file_answer(name, file)


@blueprint.delete(f"/{UPLOADS}/<file>")
def delete_upload(file: str) -> dict[str, Any]:
    """Only uploads: pictures go with their batch. 409 while an open batch names it."""
    refuse_unknown_arguments(())
    name = f"{UPLOADS}/{file}"
    upload = UPLOAD_NAME.fullmatch(name)
    if not upload:
        raise not_found("There is no such upload.")
    batch_id = batch_that_names(services().engine, upload[1])
    if batch_id is not None:
        raise conflict(f"The batch {batch_id} still works on it.", code="in_use")
    if not remove_upload(services().media, name):
        raise not_found("There is no such upload.")
    return {"status": "deleted", "name": name}


def _is_expired(batch_id: str) -> bool:
    with services().engine.connect() as connection:
        return bool(connection.execute(IS_EXPIRED, {"batch_id": batch_id}).scalar())
