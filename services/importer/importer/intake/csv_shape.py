"""What a CSV file is: its encoding, its delimiter and its columns, found by looking and said in the answer."""

import codecs
import csv
import dataclasses
import io
from collections.abc import Collection, Sequence
from typing import IO, Any, NamedTuple

from importer.intake.spool import BLOCK_BYTES
from stackroom_kit.problems import FieldError, Problem, bad_request

DELIMITERS = (",", ";", "\t")
OUTCOME = "outcome"  # the column that only results have
MAX_HEADER_CHARACTERS = 8192  # of the first line, with its end
SHAPE_PROBLEMS = {400: ("missing_column", "repeated_column", "spreadsheet", "unknown_column", "wrong_encoding")}
NOT_WINDOWS_1251 = b"\x98"  # the only byte that means nothing there
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # as XLSX and ODS begin, and as XLS does
WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclasses.dataclass(frozen=True)
class Columns:
    """What a file may have: ``known`` names, of which ``required`` must be there; in one of results ``of_results``.

    Those that are ``shown`` are passed over, as are those of results.
    """

    known: Collection[str]
    required: Collection[str]
    of_results: Collection[str]
    shown: Collection[str] = ()


@dataclasses.dataclass(frozen=True)
class CSVShape:
    """``encoding`` is a name that Python knows; ``columns`` are those of the file, in its order."""

    encoding: str
    delimiter: str
    columns: tuple[str, ...]

    @property
    def is_results(self) -> bool:
        """Whether the file is one of results, some of whose rows were ok already."""
        return OUTCOME in self.columns


def _wrong(code: str, detail: str) -> Problem:
    return bad_request(detail, FieldError("", code, detail), code=code)


def _bad_byte(file: IO[Any]) -> int | None:
    """Where the file is no UTF-8, about; None where all of it is."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    read = 0
    try:
        while block := file.read(BLOCK_BYTES):
            decoder.decode(block)
            read += len(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return read + error.start
    return None


def _holds(file: IO[Any], byte: bytes) -> bool:
    file.seek(0)
    return any(byte in block for block in iter(lambda: file.read(BLOCK_BYTES), b""))


def _encoding(file: IO[Any]) -> str:
    """UTF-8 if every byte of the file allows it, else Windows-1251, as spreadsheets in Russian write it."""
    file.seek(0)
    start = file.read(4)
    if start in SPREADSHEETS:
        raise _wrong("spreadsheet", "The file is a workbook of a spreadsheet program; save the sheet as CSV.")
    if start[:2] in WIDE_MARKS:
        raise _wrong("wrong_encoding", "The file is UTF-16; save it as UTF-8 or Windows-1251.")
    bad_byte = _bad_byte(file)
    if bad_byte is None:
        return "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"
    if _holds(file, NOT_WINDOWS_1251):
        detail = f"The file is neither UTF-8 (about byte {bad_byte} is none) nor Windows-1251 (a byte is 0x98)."
        raise _wrong("wrong_encoding", detail)
    return "cp1251"


class Header(NamedTuple):
    """The first line of a file, which names its columns, and the encoding of the whole file."""

    encoding: str
    line: str


def header_of(file: IO[Any]) -> Header:
    """Reads the file once for its encoding and leaves it anywhere. Problem 400 for an encoding that is not taken."""
    encoding = _encoding(file)
    line = _first_line(file, encoding)
    if "\0" in line:
        raise _wrong("wrong_encoding", "The first line holds U+0000; save the file as UTF-8 or Windows-1251.")
    if len(line) > MAX_HEADER_CHARACTERS:
        detail = f"The first line, which must name the columns, has more than {MAX_HEADER_CHARACTERS} characters."
        raise _wrong("unknown_column", detail)
    return Header(encoding, line.rstrip("\r\n"))


def _first_line(file: IO[Any], encoding: str) -> str:
    """Whatever it ends with: old programs write a bare CR."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        return text.readline(MAX_HEADER_CHARACTERS + 1)
    finally:
        text.detach()


def _names(header: str, delimiter: str) -> tuple[str, ...]:
    try:
        cells: Sequence[str] = next(csv.reader(io.StringIO(header), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return ()
    return tuple(cell.strip().lower() for cell in cells)


def _what_is(name: str) -> str:
    if not name:
        return "A column has no name, as where the first line ends with a delimiter"
    return f"There is no column {name[:50]!r}, and the first line must name the columns"


def check_names(names: Sequence[str], columns: Columns) -> None:
    """Problem 400 for a file that has other columns than these."""
    listed = ", ".join(columns.known)
    passed_over = [*columns.shown, *(columns.of_results if OUTCOME in names else ())]
    for name in names:
        if name not in columns.known and name not in passed_over:
            raise _wrong("unknown_column", f"{_what_is(name)}; known: {listed}.")
        if names.count(name) > 1:
            raise _wrong("repeated_column", f"The column {name!r} comes twice.")
    missing = [name for name in columns.required if name not in names]
    if missing:
        raise _wrong("missing_column", f"The first line must name the columns; missing: {', '.join(missing)}.")


def split_names(line: str, known: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """The delimiter with which most of the columns are known, or most are there, and all of them."""
    candidates = {delimiter: _names(line, delimiter) for delimiter in DELIMITERS}
    delimiter = max(candidates, key=lambda one: (sum(name in known for name in candidates[one]), len(candidates[one])))
    return delimiter, candidates[delimiter]


def shape_of(file: IO[Any], columns: Columns) -> CSVShape:
    """Reads the file once for its encoding and leaves it anywhere. Problem 400 for a file that is no such CSV."""
    header = header_of(file)
    delimiter, names = split_names(header.line, columns.known)
    check_names(names, columns)
    return CSVShape(header.encoding, delimiter, names)
