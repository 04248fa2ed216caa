"""What a CSV file is: its delimiter and its columns, found by looking and said in the answer."""

import dataclasses
import re
from collections import Counter
from typing import IO, Any, NamedTuple

from importer.parsing.containers import empty_batch
from importer.parsing.csv_heads import (
    OUTCOME,
    UNTOLD,
    Columns,
    TableOptions,
    fields_of,
    split_heads,
)
from importer.parsing.encodings import Encoding
from importer.problems import UNKNOWN_COLUMN, WRONG_ENCODING
from stackroom_kit.csv import DELIMITERS

MAX_HEADER_CHARACTERS = 8192  # of the first line, with its end
_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?[ \t]*[\r\n]*', re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class CSVShape:
    """``columns`` are the fields of the file's ``heads``, in its order.

    Rows begin behind ``head_line``. ``passed_over`` counts what was before. ``is_spaced``: spaces stand beside the
    delimiters, as in ``"id", "name"``, and belong to no cell.
    """

    encoding: Encoding
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


class Header(NamedTuple):
    """The line of a file that names its columns, its number, and what the lines before say."""

    line: str
    number: int
    delimiter: str | None
    passed_over: dict[str, int]


def header_of(file: IO[Any], encoding: Encoding) -> Header:
    """Leaves the file anywhere. Problem 400 for a line that is none."""
    header = _first_line(file, encoding)
    if "\0" in header.line:
        raise WRONG_ENCODING.at("", "The first line holds U+0000, so it is no text, or in another encoding.")
    if len(header.line) > MAX_HEADER_CHARACTERS:
        detail = f"The first line, which must name the columns, has more than {MAX_HEADER_CHARACTERS} characters."
        raise UNKNOWN_COLUMN.at("", detail)
    return header._replace(line=header.line.rstrip("\r\n"))


def _first_line(file: IO[Any], encoding: Encoding) -> Header:
    """The first that holds anything but delimiters, whatever it ends with: old programs write a bare CR."""
    text = encoding.text(file)
    number, delimiter, passed_over = 0, None, Counter[str]()
    try:
        while line := text.readline(MAX_HEADER_CHARACTERS + 1):
            number += 1
            if number == 1 and (found := _SEPARATOR.fullmatch(line)):
                delimiter, passed_over["separator_lines"] = found[1], 1
            elif not _is_blank(line) or len(line) > MAX_HEADER_CHARACTERS:
                return Header(line, number, delimiter, dict(passed_over))
            elif line.strip("\r\n"):
                passed_over["rows"] += 1
    finally:
        text.detach()
    raise empty_batch("The file holds no columns and no rows.")


def _is_blank(line: str) -> bool:
    return all(character in DELIMITERS or character == '"' or character.isspace() for character in line)


def shape_of(file: IO[Any], encoding: Encoding, columns: Columns, told: TableOptions = UNTOLD) -> CSVShape:
    """Leaves the file anywhere. Problem 400 for a file that is no such CSV."""
    header = header_of(file, encoding)
    delimiter, heads = split_heads(header.line, columns.words, header_options(header, told))
    fields = fields_of(heads, columns, told.fields)
    counted = {**header.passed_over, **({"columns": fields.count("")} if "" in fields else {})}
    return CSVShape(encoding, delimiter, heads, fields, header.number, counted, _is_spaced(header.line, delimiter))


def header_options(header: Header, told: TableOptions) -> TableOptions:
    """With the delimiter that a line ``sep=;`` names, unless the sender says another."""
    return dataclasses.replace(told, delimiter=told.delimiter or header.delimiter)


def _is_spaced(line: str, delimiter: str) -> bool:
    """Whether a space stands between a delimiter and a quote, or before every head but the first."""
    space, mark = " " if delimiter == "\t" else r"[ \t]", re.escape(delimiter)
    beside_quote = re.search(rf'(?:^|{mark}){space}+"|"{space}+(?:{mark}|$)', line)
    rest = line.split(delimiter)[1:]
    return bool(beside_quote or (rest and all(re.match(space, cell) for cell in rest)))
