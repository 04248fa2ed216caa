"""Names of media files: paths of plain words with slashes between, the same on every system."""

import re
import unicodedata
from typing import NoReturn

from stackroom_jobs.outcomes import RecordError

MAX_NAME = 1024  # characters; more is no path on any file system that this runs on
UPLOADS, RESULTS, TASKS = "uploads", "results", "tasks"
_DRIVE = re.compile(r"[A-Za-z]:")
_WORD = r"[A-Za-z0-9_-]{1,64}"
_FILE = r"[A-Za-z0-9_-]{1,100}\.[a-z0-9]{1,5}"
UPLOAD_NAME = re.compile(rf"{UPLOADS}/([0-9a-f]{{64}})\.[a-z0-9]{{1,5}}", re.ASCII)
RESULT_NAME = re.compile(rf"{RESULTS}/({_WORD})/[0-9]{{1,10}}/{_FILE}", re.ASCII)
TASK_NAME = re.compile(rf"{TASKS}/{_WORD}/{_FILE}", re.ASCII)
_FILE_NAME = re.compile(_FILE, re.ASCII)
_TASK_ID = re.compile(_WORD, re.ASCII)


def _refuse(detail: str) -> NoReturn:
    raise RecordError("bad_name", detail)


def check_name(name: str) -> None:
    """RecordError ``bad_name`` for what is no relative path, here or on Windows, and for hidden files."""
    if not name or len(name) > MAX_NAME:
        _refuse(f"a name has 1 to {MAX_NAME} characters")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        _refuse("a name holds no control characters")
    if "\\" in name or _DRIVE.match(name):
        _refuse(f"{name!r}: folders are separated by slashes, and drives have no names")
    if any(not part or part.startswith(".") for part in name.split("/")):
        _refuse(f"{name!r} is no plain path under the media folder")


def is_served(name: str) -> bool:
    """Whether the public may read it: what was uploaded and what workers delivered, nothing else in the folder."""
    return any(pattern.fullmatch(name) for pattern in (UPLOAD_NAME, RESULT_NAME, TASK_NAME))


def picture_of_row(batch_id: str, row: int, file_name: str) -> str:
    return f"{RESULTS}/{batch_id}/{row}/{_checked_file_name(file_name)}"


def picture_of_task(task_id: str, file_name: str) -> str:
    """``task_id`` is Celery's, and a caller may have chosen it."""
    if not _TASK_ID.fullmatch(task_id):
        _refuse("a task id here is letters, digits, - and _")
    return f"{TASKS}/{task_id}/{_checked_file_name(file_name)}"


def _checked_file_name(file_name: str) -> str:
    if not _FILE_NAME.fullmatch(file_name):
        _refuse(f"{file_name[:100]!r}: a picture's name is letters, digits, - and _, with one ending")
    return file_name
