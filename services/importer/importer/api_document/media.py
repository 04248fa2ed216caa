"""The public calls for media files."""

from typing import Any

from importer.api_document.schemas import TEXT
from importer.intake.formats import JSON
from importer.media.routes import MAX_PAGE
from stackroom_jobs.media.kinds import KINDS, OTHER
from stackroom_kit.openapi import Answer, Call, parameter, reference

PATH = "/api/importer/media"
FILE: dict[str, Any] = {"type": "string", "format": "binary"}
NAME = parameter("name", TEXT, "The name that the upload or a result gave; it has slashes.", "path")
PAGE = (
    parameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 100}, "Files of a page."),
    parameter("after", TEXT, "The `next` of the page before."),
)
RANGES = (
    parameter("Range", TEXT, "One range of bytes.", "header"),
    parameter("If-Range", TEXT, "An ETag: the range only while it is current, else the whole.", "header"),
    parameter("If-None-Match", TEXT, "An ETag: 304 while it is current.", "header"),
)
CONTENT = dict.fromkeys(sorted({OTHER, *(kind.content_type for kind in KINDS)}), FILE)
SENT = {"ETag": "Changes when the file does.", "Accept-Ranges": "bytes"}


def _file(name: str, **headers: str) -> Answer:
    return Answer("The file.", {JSON: reference(name)}, headers)


MEDIA_CALLS = (
    Call("POST", PATH, "upload_media", "Send a video; the body is the file itself.", "media",
         {200: _file("MediaFile", Location="Where it is."), 201: _file("MediaFile", Location="Where it is.")},
         (400, 408, 411, 413, 415, 503), body={OTHER: FILE}),
    Call("GET", PATH, "list_media", "What was uploaded, newest first.", "media",
         {200: Answer("A page.", {JSON: reference("MediaList")})}, (400, 503), PAGE),
    Call("GET", PATH + "/{name}", "read_media", "An upload, or a picture that a worker delivered.", "media",
         {200: Answer("The file.", CONTENT, SENT),
          206: Answer("The range.", CONTENT, {**SENT, "Content-Range": "Which bytes of how many."}),
          304: Answer("Not changed.")}, (400, 404, 410, 416, 422, 503), (NAME, *RANGES)),
    Call("DELETE", PATH + "/{name}", "delete_media", "Remove an upload that no open batch names.", "media",
         {200: Answer("It is gone.", {JSON: reference("MediaDeleted")})}, (400, 404, 409, 503), (NAME,)),
)  # fmt: skip
