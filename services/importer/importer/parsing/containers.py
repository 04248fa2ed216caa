"""Refuse files that hold no records, and say what they are: empty, a workbook, an archive."""

from typing import IO, Any

from importer.parsing.encodings import UTF_8, mark_of
from importer.parsing.spool import BLOCK_BYTES
from importer.problems import ARCHIVE, EMPTY_BATCH, SPREADSHEET
from stackroom_kit.problems import Problem

HOW_TO_SAVE = "save the sheet as CSV: File, Save As, CSV UTF-8 in Excel; File, Save As, Text CSV in LibreOffice"
WORKBOOK_TYPES = (
    "application/vnd.ms-excel",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_OF_WORKBOOKS = (b"xl/workbook", b"application/vnd.oasis.opendocument.spreadsheet")
_ARCHIVES = (
    _ZIP,
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",
)
_LONGEST = max(map(len, _ARCHIVES))


def refuse_container(file: IO[Any], size: int) -> None:
    """Problem 400 for a workbook or an archive. Leaves the file at its start."""
    file.seek(0)
    start = file.read(_LONGEST)
    try:
        if start.startswith(_OLD_WORKBOOK) or (start.startswith(_ZIP) and _is_workbook(file, size)):
            raise spreadsheet()
        if start.startswith(_ARCHIVES):
            raise ARCHIVE.at("", "The file is an archive; unpack it, and send the file that is in it.")
    finally:
        file.seek(0)


def _is_workbook(file: IO[Any], size: int) -> bool:
    """A ZIP has its names at its end, and the first of them at its start."""
    file.seek(0)
    ends = file.read(BLOCK_BYTES)
    file.seek(max(size - BLOCK_BYTES, 0))
    ends += file.read(BLOCK_BYTES)
    return any(mark in ends for mark in _OF_WORKBOOKS)


def spreadsheet() -> Problem:
    return SPREADSHEET.at("", f"The file is a workbook of a spreadsheet program; {HOW_TO_SAVE}.")


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
