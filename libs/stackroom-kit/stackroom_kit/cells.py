"""Cells of CSV files and spreadsheets as values of fields: numbers, days and truths as people write them."""

import datetime
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from stackroom_kit.schema_fields import Field

MOST = 50  # characters of a cell that are said again
# No longer than Python converts. Three noughts behind a comma may be thousands, so they are none of these.
_WHOLE = re.compile(r"([+-]?[0-9]{1,4000})(?:\.0+|,(?!000$)0+)?", re.ASCII)
_DECIMAL = re.compile(r"([+-]?[0-9]{1,4000})(?:(?:\.|,(?![0-9]{3}$))([0-9]{1,4000}))?", re.ASCII)
_FLOAT = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]+", re.ASCII)
_THOUSANDS = re.compile(r"(?<=[0-9])\s(?=[0-9]{3}(?![0-9]))")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:\s[0-9]{3})+(?:[.,][0-9]+)?")
_DOTTED_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", re.ASCII)
_MIDNIGHT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]00:00(?::00(?:\.0+)?)?", re.ASCII)
_TRUTHS = {
    **dict.fromkeys(("true", "1", "yes", "да", "истина", "+"), True),
    **dict.fromkeys(("false", "0", "no", "нет", "ложь", "-"), False),
}


def reader_of(field: Field) -> Callable[[str], Any]:
    """What makes a value of a cell: an empty one is null where null may be. ValueError with a sentence."""
    if "string" in field.types and field.format is None:
        return _text_or_null if field.is_nullable else str
    return partial(_read, field, _READERS[field.format or field.types[0]])


def readable(text: str) -> str:
    """In quotes, with spaces of every kind as such and U+FFFD for what cannot be seen: nobody reads escapes."""
    return "'" + "".join(map(_shown, text[:MOST])) + "'"


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else "\ufffd"


def _text_or_null(cell: str) -> str | None:
    return cell or None


def _read(field: Field, read: Callable[[str], Any], cell: str) -> Any:
    if not cell or cell.isspace():
        if field.is_nullable:
            return None
        raise ValueError(f"`{field.name}` is empty.")
    value = read(cell.strip())
    if value is None:
        raise ValueError(f"`{field.name}`: {readable(cell)} is no {_CALLED[field.format or field.types[0]]}.")
    return value


def _joined(cell: str) -> str:
    """Without the spaces between thousands."""
    return _THOUSANDS.sub("", cell) if _GROUPED.fullmatch(cell) else cell


def _whole(cell: str) -> int | None:
    if cell.isdigit() and cell.isascii():
        return int(cell) if len(cell) < 4300 else None
    found = _WHOLE.fullmatch(_joined(cell))
    return int(found[1]) if found else None


def _decimal(cell: str) -> str | None:
    """With a point, and a sign only where it is below nought."""
    found = _DECIMAL.fullmatch(_joined(cell))
    if found is None:
        return None
    return found[1].removeprefix("+") + (f".{found[2]}" if found[2] else "")


def _number(cell: str) -> float | None:
    if _FLOAT.fullmatch(cell):
        return float(cell)
    text = _decimal(cell)
    return None if text is None else float(text)


def _truth(cell: str) -> bool | None:
    return _TRUTHS.get(cell.casefold())


def _day(cell: str) -> str | None:
    """As it is where the year comes first, which the struct checks; days with points are written day first."""
    if found := _DOTTED_DAY.fullmatch(cell):
        try:
            return datetime.date(int(found[3]), int(found[2]), int(found[1])).isoformat()
        except ValueError:
            return None
    found = _MIDNIGHT.fullmatch(cell)
    return found[1] if found else cell


def _nested(cell: str, kind: type) -> Any:
    try:
        value = msgspec.json.decode(cell)
    except msgspec.DecodeError:
        return None
    return value if isinstance(value, kind) else None


_READERS: dict[str, Callable[[str], Any]] = {
    "integer": _whole,
    "number": _number,
    "boolean": _truth,
    "date": _day,
    "date-time": str,
    "decimal": _decimal,
    "object": partial(_nested, kind=dict),
    "array": partial(_nested, kind=list),
}
_CALLED = {
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "date": "day",
    "date-time": "point of time",
    "decimal": "decimal number",
    "object": "JSON object",
    "array": "JSON array",
}
