"""Files in which there is nothing: they are called empty, and not wrong in one of their parts."""

import codecs
from typing import IO, Any

from importer.intake.spool import BLOCK_BYTES
from stackroom_kit.problems import Problem, unprocessable

EMPTY_PROBLEMS = {422: ("empty_batch",)}
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def empty_batch(detail: str) -> Problem:
    return unprocessable(detail, code="empty_batch")


def refuse_empty(file: IO[Any]) -> None:
    """Problem 422 for a file without a byte, or of a mark and blank lines alone. Leaves the file at its start."""
    file.seek(0)
    block = file.read(BLOCK_BYTES)
    block = block.removeprefix(next((mark for mark in _MARKS if block.startswith(mark)), b""))
    while block and not block.strip():
        block = file.read(BLOCK_BYTES)
    file.seek(0)
    if not block:
        raise empty_batch("The file is empty.")
