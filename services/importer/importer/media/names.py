"""Names that media files are given here: uploads, and the pictures of rows and of tasks."""

import re

from stackroom_jobs.records import refuse_name

UPLOADS, RESULTS, TASKS = "uploads", "results", "tasks"
_WORD = r"[A-Za-z0-9_-]{1,64}"
_FILE = r"[A-Za-z0-9_-]{1,100}\.[a-z0-9]{1,5}"
UPLOAD_NAME = re.compile(rf"{UPLOADS}/([0-9a-f]{{64}})\.[a-z0-9]{{1,5}}", re.ASCII)
RESULT_NAME = re.compile(rf"{RESULTS}/({_WORD})/[0-9]{{1,10}}/{_FILE}", re.ASCII)
TASK_NAME = re.compile(rf"{TASKS}/{_WORD}/{_FILE}", re.ASCII)
_FILE_NAME = re.compile(_FILE, re.ASCII)
_TASK_ID = re.compile(_WORD, re.ASCII)


def is_served(name: str) -> bool:
    """Whether the public may read it: what was uploaded and what workers delivered, nothing else in the folder."""
    return any(pattern.fullmatch(name) for pattern in (UPLOAD_NAME, RESULT_NAME, TASK_NAME))


def picture_of_row(batch_id: str, row: int, file_name: str) -> str:
    return f"{RESULTS}/{batch_id}/{row}/{_checked_file_name(file_name)}"


def picture_of_task(task_id: str, file_name: str) -> str:
    """``task_id`` is Celery's, and a caller may have chosen it."""
    if not _TASK_ID.fullmatch(task_id):
        refuse_name("a task id here is letters, digits, - and _")
    return f"{TASKS}/{task_id}/{_checked_file_name(file_name)}"


def _checked_file_name(file_name: str) -> str:
    if not _FILE_NAME.fullmatch(file_name):
        refuse_name(f"{file_name[:100]!r}: a picture's name is letters, digits, - and _, with one ending")
    return file_name
