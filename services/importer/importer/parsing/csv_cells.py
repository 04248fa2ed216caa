"""Cells of a CSV file as values of a record's fields."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

# No longer than Python converts. Three noughts behind a comma may be thousands, so they are none of these.
_WHOLE = re.compile(r"([+-]?[0-9]{1,4000})(?:\.0+|,(?!000$)0+)?")
_THOUSANDS = re.compile(r"(?<=[0-9])\s(?=[0-9]{3}(?![0-9]))")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:\s[0-9]{3})+(?:[.,]0+)?")
Value = int | str | None


def _whole(cell: str) -> int | str:
    """The number as people and spreadsheets write it; the cell itself where it is none."""
    if cell.isdigit() and cell.isascii() and len(cell) < 19:
        return int(cell)
    stripped = cell.strip()
    if _GROUPED.fullmatch(stripped):
        stripped = _THOUSANDS.sub("", stripped)
    found = _WHOLE.fullmatch(stripped)
    return int(found[1]) if found else cell


def reading(annotation: Any) -> Callable[[str], Value]:
    """What makes the value of a field of its cell; an empty cell is null where null may be."""
    kind = msgspec.inspect.type_info(annotation)
    kinds = set(map(type, kind.types)) if isinstance(kind, msgspec.inspect.UnionType) else {type(kind)}
    if msgspec.inspect.StrType in kinds:
        return _text_or_null if msgspec.inspect.NoneType in kinds else str
    return _whole_or_null if msgspec.inspect.NoneType in kinds else _whole


def _text_or_null(cell: str) -> str | None:
    return cell or None


def _whole_or_null(cell: str) -> Value:
    return _whole(cell) if cell else None
