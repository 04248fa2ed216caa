"""A form that holds one file, written on as it comes."""

from collections.abc import Callable
from typing import IO, Any, cast

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from importer.parsing.spool import Readable
from importer.problems import FORM_TOO_LARGE, INVALID_FORM, ONE_FILE
from stackroom_kit.problems import Problem

FORM = "multipart/form-data"
FIELD = "file"
FILE: dict[str, Any] = {"type": "string", "format": "binary"}
FORM_SHAPE = {"type": "object", "properties": {FIELD: FILE}, "required": [FIELD], "additionalProperties": False}
MAX_PARTS = 10
MAX_PART_HEADERS = 512 * 1024  # bytes, and of a field's value; must hold several of the blocks that the parser reads


def only_file(stream: Readable, open_file: Callable[[], IO[bytes]]) -> FileStorage:
    """The one file of the request's form, in what ``open_file`` gave. Problem 400 and 413; whoever opens it closes it.

    Flask's own ``request.files`` would pass a broken form off as an empty one.
    """
    parser = FormDataParser(_once(open_file), MAX_PART_HEADERS, max_form_parts=MAX_PARTS, silent=False)
    try:
        _, form, files = parser.parse(cast("IO[bytes]", stream), FORM, request.content_length, request.mimetype_params)
    except RequestEntityTooLarge:
        raise FORM_TOO_LARGE("The form has too many parts, or a part whose head is too long.") from None
    except ValueError:
        raise INVALID_FORM("The form is cut short, or has no boundary.") from None
    if form or list(files) != [FIELD]:
        raise _not_one_file()
    return files[FIELD]


def _once(open_file: Callable[[], IO[bytes]]) -> Callable[..., IO[bytes]]:
    """A second file is refused before it is read."""
    opened: list[IO[bytes]] = []

    def open_first(*_: Any, **__: Any) -> IO[bytes]:
        if opened:
            raise _not_one_file()
        opened.append(open_file())
        return opened[0]

    return open_first


def _not_one_file() -> Problem:
    detail = f"The form must hold one file named {FIELD!r} and nothing else; options are query parameters."
    return ONE_FILE.at(f"/{FIELD}", detail)
