"""Files in which there is nothing: they are called empty, and not wrong in one of their parts."""

from typing import IO, Any

from importer.parsing.encodings import UTF_8, mark_of
from importer.parsing.spool import BLOCK_BYTES
from importer.problems import EMPTY_BATCH
from stackroom_kit.problems import Problem

_BLANK, _BLANK_OF_UTF_16 = b" \t\r\n\v\f", b" \t\r\n\v\f\0"


def empty_batch(detail: str) -> Problem:
    return EMPTY_BATCH(detail)


def refuse_empty(file: IO[Any]) -> None:
    """Problem 422 for a file without a byte, or of marks and blank lines alone. Leaves the file at its start."""
    file.seek(0)
    block = file.read(BLOCK_BYTES)
    name, length = mark_of(block) or (UTF_8, 0)
    blank, block = _BLANK if name == UTF_8 else _BLANK_OF_UTF_16, block[length:]
    while block and not block.strip(blank):
        block = file.read(BLOCK_BYTES)
    file.seek(0)
    if not block:
        raise empty_batch("The file is empty.")
