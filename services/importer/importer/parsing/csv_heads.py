"""The heads of a table: which field each means, by its name, a common word, or as the sender says."""

import csv
import dataclasses
import io
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from importer.problems import MISSING_COLUMN, REPEATED_COLUMN, UNKNOWN_COLUMN
from stackroom_jobs.operation import Operation
from stackroom_kit.cells import readable
from stackroom_kit.csv import DELIMITERS
from stackroom_kit.schema import Field, Schema
from stackroom_kit.schema_fields import name_field

OUTCOME = "outcome"  # the column that only results have
NO_WORDS: Mapping[str, str] = MappingProxyType({})


@dataclasses.dataclass(frozen=True)
class Columns:
    """What a file for ``operation`` may have: ``known`` fields, of which ``required`` must be there.

    Results have ``of_results`` too, by these very names. Those that are ``shown`` are passed over, as are those of
    results. ``words`` has the fields by every head that is understood.
    """

    operation: str
    known: Collection[str]
    required: Collection[str]
    of_results: Collection[str]
    shown: Collection[str] = ()
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class TableOptions:
    """What the sender says of the table: its delimiter, and the fields of heads that nobody could know."""

    delimiter: str | None = None
    fields: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def is_given(self) -> bool:
        return bool(self.delimiter or self.fields)


UNTOLD = TableOptions(fields=NO_WORDS)


def without_space_behind_quotes(delimiter: str) -> Callable[[str], str]:
    """Changes a line: a quote that closes a cell follows a character that is no delimiter, quote or space."""
    space = " " if delimiter == "\t" else r"[ \t]"
    behind = re.compile(rf'(?<=[^"\s{re.escape(delimiter)}])"{space}+(?={re.escape(delimiter)}|[\r\n]|$)')
    return partial(behind.sub, '"')


def cells_of(line: str, delimiter: str) -> tuple[str, ...]:
    """Nothing where a quote is broken."""
    try:
        lines = io.StringIO(without_space_behind_quotes(delimiter)(line))
        cells = next(csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True), [])
    except csv.Error:
        return ()
    return tuple(" ".join(cell.split()) for cell in cells)


def meanings(heads: Sequence[str], words: Mapping[str, str], told: Mapping[str, str]) -> list[str | None]:
    """The field of each head, "" of an empty one, None of what is not understood.

    The file of results is ours, and has no other words than ours.
    """
    if OUTCOME in map(str.lower, heads):
        return [head.lower() for head in heads]
    said = {comparable(head): field for head, field in told.items()}
    return ["" if not head else said.get(comparable(head), words.get(comparable(head))) for head in heads]


def split_heads(line: str, words: Mapping[str, str], told: TableOptions = UNTOLD) -> tuple[str, tuple[str, ...]]:
    """The delimiter with which most of the heads are understood, or most are there, and all of them."""
    delimiters = (told.delimiter,) if told.delimiter else DELIMITERS
    found = {delimiter: cells_of(line, delimiter) for delimiter in delimiters}

    def rank(delimiter: str) -> tuple[int, int]:
        heads = found[delimiter]
        return sum(map(bool, meanings(heads, words, told.fields))), len(heads)

    best = max(delimiters, key=rank)
    return best, found[best]


def fields_of(heads: Sequence[str], columns: Columns, told: Mapping[str, str] = NO_WORDS) -> tuple[str, ...]:
    """The field of each head, "" of an empty one. Problem 400 for a file that has other columns than these."""
    fields = meanings(heads, columns.words, told)
    allowed = (*columns.known, *columns.shown, *(columns.of_results if OUTCOME in fields else ()))
    for head, field in zip(heads, fields, strict=True):
        if field is None or (field and field not in allowed):
            raise UNKNOWN_COLUMN.at("", f"{_unknown(head)}; known to {columns.operation}: {_listed(columns)}.")
    _check_once(heads, fields)
    _check_told(heads, told)
    missing = [name for name in columns.required if name not in fields]
    if missing:
        named = f"{columns.operation} knows {_listed(columns)}. The first line must name the columns"
        raise MISSING_COLUMN.at("", f"{named}; missing: {', '.join(missing)}.")
    return tuple(field or "" for field in fields)


def _listed(columns: Columns) -> str:
    return ", ".join(columns.known)


def _unknown(head: str) -> str:
    return f"There is no column {readable(head)}, and the first line must name the columns"


def _check_once(heads: Sequence[str], fields: Sequence[str | None]) -> None:
    for field in filter(None, fields):
        same = [head for head, one in zip(heads, fields, strict=True) if one == field]
        if len(same) > 1 and len(set(same)) == 1:
            raise REPEATED_COLUMN.at("", f"The column {readable(same[0])} comes twice.")
        if len(same) > 1:
            detail = f"The columns {' and '.join(map(readable, same))} both mean {field}; leave one of them"
            raise REPEATED_COLUMN.at("", f"{detail}, or say with columns= which fields they are.")


def _check_told(heads: Sequence[str], told: Mapping[str, str]) -> None:
    """A column that was told and is not there was misspelt."""
    there = set(map(comparable, heads))
    for head in told:
        if comparable(head) not in there:
            listed = ", ".join(map(readable, heads[:20]))
            detail = f"columns= names {readable(head)}, which is no column of the file; it has {listed}."
            raise UNKNOWN_COLUMN.at("?columns", detail)


_COMMENT = ("комментарий", "комментарии", "примечание", "примечания", "описание", "comment", "comments", "description",
            "note", "notes")  # fmt: skip
_FILE = ("имя файла", "название файла", "файл", "file name", "filename", "file")
_WORDS: dict[str, tuple[str, ...]] = {
    "id": ("код", "№", "№ п/п", "п/п", "номер", "идентификатор", "ид", "n", "#", "id №"),
    "name": ("название", "наименование", "имя", "title"),
    "comment": _COMMENT,
    "comments": _COMMENT,
    "file_name": _FILE,
    "group_id": ("код группы", "№ группы", "номер группы", "id группы", "идентификатор группы", "group id"),
    "group": ("группа", "название группы", "имя группы", "наименование группы", "group name"),
    "payload": ("текст", "содержание", "содержимое", "данные", "значение", "text", "content", "value"),
}
_MEDIA = (*_FILE, "видео", "видеофайл", "video")


_YO = str.maketrans("ё", "\N{CYRILLIC SMALL LETTER IE}")


def comparable(head: str) -> str:
    """As heads are compared: without regard to capitals, kinds of spaces, ``ё`` and a sign behind the word."""
    text = unicodedata.normalize("NFKC", head).casefold().translate(_YO)
    return " ".join(text.split()).rstrip(" .:*") or text.strip()


def _titled(field: Field, schema: Schema) -> str:
    """Under the title of a reference stands the name of what it is to, where there is a field for that."""
    named = name_field(field.name)
    return named if field.reference and named in schema.own else field.name


def heads_of(operation: Operation) -> dict[str, str]:
    """Every head that is understood, as ``comparable`` gives it, with its field."""
    schema = operation.record_schema
    found = {comparable(field.title): _titled(field, schema) for field in schema.fields if field.title}
    for name in schema.own:
        words = _MEDIA if name == operation.media_field else _WORDS.get(name, ())
        found.update({comparable(word): name for word in words})
    return found | {field.name: field.name for field in schema.fields}
