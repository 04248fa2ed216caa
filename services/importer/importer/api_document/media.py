"""The public calls for media files."""

from typing import Any

from importer.api.media import DELETE_PROBLEMS, MAX_PAGE, READ_PROBLEMS, UPLOAD_PROBLEMS
from importer.api_document.parameters import BATCH_ID, WORD
from importer.api_document.schemas import TEXT
from importer.batches.cursor import CURSOR_PROBLEMS
from importer.batches.view import BATCH_PROBLEMS
from importer.media.kinds import KINDS, OTHER
from importer.media.problems import DISK_PROBLEMS
from importer.parsing.form import FIELD, FORM
from importer.parsing.formats import JSON
from stackroom_kit.arguments import integer_parameter, text_parameter
from stackroom_kit.openapi_by_hand import Answer, Call, Parameter, reference
from stackroom_sql.problems import DATABASE_PROBLEMS

PATH = "/api/importer/media"
FILE: dict[str, Any] = {"type": "string", "format": "binary"}
SENT_FILE = {**FILE, "minLength": 1}
FORM_SCHEMA = {"type": "object", "properties": {FIELD: FILE}, "required": [FIELD], "additionalProperties": False}
MEDIA_FORM = {**FORM_SCHEMA, "properties": {FIELD: SENT_FILE}}
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
    Parameter("Range", TEXT, "One range of bytes.", "header"),
    Parameter("If-Range", TEXT, "An ETag: the range only while it is current, else the whole.", "header"),
    Parameter("If-None-Match", TEXT, "An ETag: 304 while it is current.", "header"),
)
CONTENT = dict.fromkeys(sorted({OTHER, *(kind.content_type for kind in KINDS)}), FILE)
ETAG = {"ETag": "Changes when the file does.", "Cache-Control": "`private, no-cache`"}
SENT = {**ETAG, "Accept-Ranges": "`bytes`", "Content-Disposition": "Its name, and whether a browser shows it."}


def _file(description: str) -> Answer:
    return Answer(description, {JSON: reference("MediaFile")}, {"Location": "Where it is."})


READ = {
    200: Answer("The file.", CONTENT, SENT),
    206: Answer("The range.", CONTENT, {**SENT, "Content-Range": "Which bytes of how many."}),
    304: Answer("Not changed.", headers=ETAG),
}
MEDIA_CALLS = (
    Call("POST", PATH, "upload_media", "Send a video, as the body itself or in a form.", "media",
         {200: _file("These bytes were here already."), 201: _file("The new file.")},
         (UPLOAD_PROBLEMS, DISK_PROBLEMS), body={OTHER: SENT_FILE, FORM: MEDIA_FORM}),
    Call("GET", PATH, "list_media", "What was uploaded, newest first.", "media",
         {200: Answer("A page.", {JSON: reference("MediaList")})}, (CURSOR_PROBLEMS, DISK_PROBLEMS), PAGE),
    Call("GET", PATH + "/uploads/{file}", "read_upload", "A file that was sent.", "media",
         READ, (READ_PROBLEMS,), (UPLOAD, *RANGES)),
    Call("DELETE", PATH + "/uploads/{file}", "delete_upload", "Remove an upload that no open batch names.", "media",
         {200: Answer("It is gone.", {JSON: reference("MediaDeleted")})},
         (DELETE_PROBLEMS, DISK_PROBLEMS, DATABASE_PROBLEMS), (UPLOAD,)),
    Call("GET", PATH + "/results/{batch_id}/{row}/{file}", "read_picture", "A picture of a row's result.", "media",
         READ, (READ_PROBLEMS, BATCH_PROBLEMS, DATABASE_PROBLEMS), (BATCH_ID, ROW, PICTURE, *RANGES)),
    Call("GET", PATH + "/tasks/{task_id}/{file}", "read_picture_of_task", "A picture of a bare task's result.",
         "media", READ, (READ_PROBLEMS,), (CELERY_ID, PICTURE, *RANGES)),
)  # fmt: skip
