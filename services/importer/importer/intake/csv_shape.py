"""What a CSV file is: its encoding, its delimiter and its columns, found by looking and said in the answer."""

import codecs
import dataclasses
import io
import re
from collections import Counter
from typing import IO, Any, NamedTuple

from importer.intake.csv_heads import (
    DELIMITERS,
    HEAD_PROBLEMS,
    OUTCOME,
    UNTOLD,
    Columns,
    TableOptions,
    fields_of,
    split_heads,
    wrong_table,
)
from importer.intake.empty import empty_batch
from importer.intake.spool import BLOCK_BYTES
from stackroom_kit.described_problems import together

MAX_HEADER_CHARACTERS = 8192  # of the first line, with its end
SHAPE_PROBLEMS = together(HEAD_PROBLEMS, {400: ("spreadsheet", "wrong_encoding")})
NOT_WINDOWS_1251 = b"\x98"  # the only byte that means nothing there
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # as XLSX and ODS begin, and as XLS does
_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?[ \t]*[\r\n]*', re.IGNORECASE)
WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclasses.dataclass(frozen=True)
class CSVShape:
    """``encoding`` is a name that Python knows; ``columns`` are the fields of the file's ``heads``, in its order.

    Rows begin behind ``head_line``. ``passed_over`` counts what was before. ``is_spaced``: spaces stand beside the
    delimiters, as in ``"id", "name"``, and belong to no cell.
    """

    encoding: str
    delimiter: str
    heads: tuple[str, ...]
    columns: tuple[str, ...]
    head_line: int
    passed_over: dict[str, int]
    is_spaced: bool

    @property
    def is_results(self) -> bool:
        """Whether the file is one of results, some of whose rows were ok already."""
        return OUTCOME in self.columns


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
        raise wrong_table("spreadsheet", "The file is a workbook of a spreadsheet program; save the sheet as CSV.")
    if start[:2] in WIDE_MARKS:
        raise wrong_table("wrong_encoding", "The file is UTF-16; save it as UTF-8 or Windows-1251.")
    bad_byte = _bad_byte(file)
    if bad_byte is None:
        return "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"
    if _holds(file, NOT_WINDOWS_1251):
        detail = f"The file is neither UTF-8 (about byte {bad_byte} is none) nor Windows-1251 (a byte is 0x98)."
        raise wrong_table("wrong_encoding", detail)
    return "cp1251"


class Header(NamedTuple):
    """The line of a file that names its columns, its number, what the lines before say, and the file's encoding."""

    encoding: str
    line: str
    number: int
    delimiter: str | None
    passed_over: dict[str, int]


def header_of(file: IO[Any]) -> Header:
    """Reads the file once for its encoding and leaves it anywhere. Problem 400 for an encoding that is not taken."""
    encoding = _encoding(file)
    header = _first_line(file, encoding)
    if "\0" in header.line:
        raise wrong_table("wrong_encoding", "The first line holds U+0000; save the file as UTF-8 or Windows-1251.")
    if len(header.line) > MAX_HEADER_CHARACTERS:
        detail = f"The first line, which must name the columns, has more than {MAX_HEADER_CHARACTERS} characters."
        raise wrong_table("unknown_column", detail)
    return header._replace(line=header.line.rstrip("\r\n"))


def _first_line(file: IO[Any], encoding: str) -> Header:
    """The first that holds anything but delimiters, whatever it ends with: old programs write a bare CR."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    number, delimiter, passed_over = 0, None, Counter[str]()
    try:
        while line := text.readline(MAX_HEADER_CHARACTERS + 1):
            number += 1
            if number == 1 and (found := _SEPARATOR.fullmatch(line)):
                delimiter, passed_over["separator_lines"] = found[1], 1
            elif not _is_blank(line) or len(line) > MAX_HEADER_CHARACTERS:
                return Header(encoding, line, number, delimiter, dict(passed_over))
            elif line.strip("\r\n"):
                passed_over["rows"] += 1
    finally:
        text.detach()
    raise empty_batch("The file holds no columns and no rows.")


def _is_blank(line: str) -> bool:
    return all(character in DELIMITERS or character == '"' or character.isspace() for character in line)


def shape_of(file: IO[Any], columns: Columns, told: TableOptions = UNTOLD) -> CSVShape:
    """Reads the file once for its encoding and leaves it anywhere. Problem 400 for a file that is no such CSV."""
    header = header_of(file)
    delimiter, heads = split_heads(header.line, columns.words, header_options(header, told))
    fields = fields_of(heads, columns, told.fields)
    counted = {**header.passed_over, **({"columns": fields.count("")} if "" in fields else {})}
    return CSVShape(
        header.encoding, delimiter, heads, fields, header.number, counted, _is_spaced(header.line, delimiter)
    )


def header_options(header: Header, told: TableOptions) -> TableOptions:
    """With the delimiter that a line ``sep=;`` names, unless the sender says another."""
    return dataclasses.replace(told, delimiter=told.delimiter or header.delimiter)


def _is_spaced(line: str, delimiter: str) -> bool:
    """Whether a space stands between a delimiter and a quote, or before every head but the first."""
    space, mark = " " if delimiter == "\t" else r"[ \t]", re.escape(delimiter)
    beside_quote = re.search(rf'(?:^|{mark}){space}+"|"{space}+(?:{mark}|$)', line)
    rest = line.split(delimiter)[1:]
    return bool(beside_quote or (rest and all(re.match(space, cell) for cell in rest)))
