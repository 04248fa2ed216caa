"""Records as clients send them."""

import re
import unicodedata
from typing import Annotated, NoReturn

import msgspec

from stackroom_jobs.outcomes import RecordError

MAX_IDENTIFIER = 1000  # characters
MAX_MEDIA_NAME = 1024  # characters; more is no path on any file system that this runs on
_DRIVE = re.compile(r"[A-Za-z]:")
Identifier = int | Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_IDENTIFIER)]


class Record(msgspec.Struct, frozen=True, gc=False):
    """``id`` is a whole number or a non-empty text; ``payload`` is what the operation works on."""

    id: Identifier
    payload: str


def check_media_name(name: str) -> None:
    """RecordError ``bad_name`` for what is no relative path, here or on Windows, and for hidden files."""
    if not name or len(name) > MAX_MEDIA_NAME:
        refuse_name(f"a name has 1 to {MAX_MEDIA_NAME} characters")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        refuse_name("a name holds no control characters")
    if "\\" in name or _DRIVE.match(name):
        refuse_name(f"{name!r}: folders are separated by slashes, and drives have no names")
    if any(not part or part.startswith(".") for part in name.split("/")):
        refuse_name(f"{name!r} is no plain path under the media folder")


def refuse_name(detail: str) -> NoReturn:
    raise RecordError("bad_name", detail)
