"""What the query says of the file: ``encoding``; of a table also ``delimiter`` and ``columns``."""

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Any

from flask import request

from importer.parsing.csv_heads import UNTOLD, TableOptions
from importer.parsing.encodings import NAMES
from importer.parsing.formats import CSV
from importer.problems import BAD_COLUMNS, WRONG_OPTION
from stackroom_kit.api import Parameter
from stackroom_kit.arguments import (
    BAD_TEXT,
    TOO_LONG,
    UNKNOWN_VALUE,
    choice_argument,
    choice_parameter,
    text_argument,
)
from stackroom_kit.cells import readable
from stackroom_kit.csv import DELIMITERS

TAB = {"tab": "\t"}  # for whoever types it
MAX_COLUMNS = 2000  # characters
DELIMITER_CHOICES = [*DELIMITERS, *TAB]


def delimiter_parameter(description: str, default: str | None = None) -> Parameter:
    schema = {"enum": DELIMITER_CHOICES, **({} if default is None else {"default": default})}
    return Parameter("delimiter", schema, description, problems=(UNKNOWN_VALUE,))


FILE_PARAMETERS = (
    choice_parameter(
        "encoding", "What the text is in; left out, what its mark, its content type or its bytes say.", None, NAMES
    ),
    delimiter_parameter("Of a CSV; left out, a line `sep=;` or the heads say it."),
    Parameter(
        "columns",
        {"type": "string", "maxLength": MAX_COLUMNS},
        "Of a CSV: fields of columns that have other heads, as `head:field,head:field`.",
        problems=(BAD_TEXT, TOO_LONG, BAD_COLUMNS),
    ),
)


@dataclasses.dataclass(frozen=True)
class FileOptions:
    """``encoding`` is what the text is to be read as, whatever it looks like."""

    encoding: str | None
    table: TableOptions

    def parts(self) -> list[Any]:
        """What makes two requests different."""
        table = [self.table.delimiter, dict(self.table.fields)] if self.table.is_given else None
        return [self.encoding, table]


def file_options(known: Callable[[], Sequence[str]]) -> FileOptions:
    """``known`` gives the fields that a column may be."""
    return FileOptions(choice_argument("encoding", None, NAMES), _table_options(known))


def delimiter_argument() -> str | None:
    """The character itself. Problem 400 for another word."""
    value = request.args.get("delimiter")
    if value is None or value in DELIMITERS:
        return value
    if value not in TAB:
        raise UNKNOWN_VALUE.at("?delimiter", "delimiter must be one of: , ; | tab")
    return TAB[value]


def _table_options(known: Callable[[], Sequence[str]]) -> TableOptions:
    """``columns`` is ``head:field,head:field``; a head may have commas and colons itself."""
    told = text_argument("columns", max_length=MAX_COLUMNS)
    delimiter = delimiter_argument()
    fields = _fields(told, known()) if told else {}
    return UNTOLD if told is None and delimiter is None else TableOptions(delimiter, fields)


def _fields(told: str, known: Sequence[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    # A head begins with a letter: else 2,000 spaces could be parted in every way, which takes 20 s.
    pattern = re.compile(rf"\s*+(\S.*?)\s*:\s*({'|'.join(known)})\s*(?:,|$)")
    at = 0
    while at < len(told):
        pair = pattern.match(told, at)
        if pair is None:
            detail = f"columns must be HEAD:FIELD,HEAD:FIELD with fields of: {', '.join(known)}; "
            raise BAD_COLUMNS.at("?columns", f"{detail}{readable(told[at:])} is none.")
        fields[pair[1]] = pair[2]
        at = pair.end()
    return fields


def check_is_table(media_type: str, told: TableOptions) -> None:
    """Problem 422 where they are asked for and there is no table."""
    if media_type == CSV or not told.is_given:
        return
    name = "delimiter" if told.delimiter else "columns"
    detail = f"Only a CSV has {name}."
    raise WRONG_OPTION.at(f"?{name}", detail)
