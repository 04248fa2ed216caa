"""How values of each type go to the database and come back: days, times and decimals as text, the same everywhere.

On PostgreSQL a list is JSON that the server makes, and a single row is read by the driver; both must be written alike.
"""

import datetime
from decimal import Context, Decimal, Inexact
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Numeric,
    String,
    literal,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class DayText(GenericFunction[str]):
    """A day as ISO 8601 has it."""

    name = "day_text"
    type = String()
    inherit_cache = True


class TimeText(GenericFunction[str]):
    """A point of time as ``normal_time`` writes it."""

    name = "time_text"
    type = String()
    inherit_cache = True


class DecimalText(GenericFunction[str]):
    """A decimal with all its places. SQLite keeps floating numbers, and rounds to those of the column."""

    name = "decimal_text"
    type = String()
    inherit_cache = True


class Comparable(GenericFunction[Any]):
    """A value as it is ordered: on SQLite a decimal as a number, a time without the letter behind its fraction."""

    name = "comparable"
    inherit_cache = True


@compiles(Comparable, "postgresql")
def _value(element: Comparable, compiler: Any, **options: Any) -> str:
    return str(next(compiler.process(clause, **options) for clause in element.clauses))


@compiles(Comparable, "sqlite")
def _value_as_stored(element: Comparable, compiler: Any, **options: Any) -> str:
    value, is_number = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CASE WHEN {is_number} THEN CAST({value} AS REAL) ELSE rtrim({value}, 'Z') END"


@compiles(DayText, "postgresql")
def _day_text(element: DayText, compiler: Any, **options: Any) -> str:
    return f"(to_json({compiler.process(element.clauses, **options)}) #>> '{{}}')"


@compiles(TimeText, "postgresql")
def _time_text(element: TimeText, compiler: Any, **options: Any) -> str:
    return f"((to_json({compiler.process(element.clauses, **options)} AT TIME ZONE 'UTC') #>> '{{}}') || 'Z')"


@compiles(DecimalText, "postgresql")
def _decimal_text(element: DecimalText, compiler: Any, **options: Any) -> str:
    value = next(compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST({value} AS TEXT)"


@compiles(DayText, "sqlite")
@compiles(TimeText, "sqlite")
def _as_it_is(element: Any, compiler: Any, **options: Any) -> str:
    """SQLite has no such types: what was written is a text."""
    return str(compiler.process(element.clauses, **options))


@compiles(DecimalText, "sqlite")
def _rounded(element: DecimalText, compiler: Any, **options: Any) -> str:
    value, places = (compiler.process(clause, **options) for clause in element.clauses)
    rounded = f"CASE WHEN {places} < 0 THEN CAST({value} AS TEXT) ELSE printf('%.*f', {places}, {value}) END"
    return f"CASE WHEN {value} IS NOT NULL THEN {rounded} END"


_EXACT = Context(prec=3000, traps=[Inexact])


def is_text(column: Any) -> bool:
    """Whether people write in it: not a word of a list, not a day."""
    return isinstance(column.type, String) and not isinstance(column.type, Enum)


def shown(column: Any) -> ColumnElement[Any]:
    """What a call shows of a column, by its name."""
    expression = _shown(column)
    return column if expression is column else expression.label(column.name)


def _shown(column: Any) -> ColumnElement[Any]:
    kind: Any = column.type
    if isinstance(kind, DateTime):
        return TimeText(column)
    if isinstance(kind, Date):
        return DayText(column)
    if isinstance(kind, Enum):
        return type_coerce(column, String())
    if isinstance(kind, Numeric) and not isinstance(kind, Float):
        places = -1 if kind.scale is None else kind.scale
        return DecimalText(column, literal(places, Integer(), literal_execute=True))
    found: ColumnElement[Any] = column
    return found


def comparable(column: Any, value: Any) -> Any:
    """``value`` as it is ordered among those of a column."""
    kind: Any = column.type
    if isinstance(kind, DateTime) or (sent(column) is not kind and isinstance(kind, Numeric)):
        return Comparable(value, literal(isinstance(kind, Numeric), Boolean(), literal_execute=True))
    return value


def sent(column: Column[Any]) -> Any:
    """The type under which a value goes to the database: the driver passes texts on, and the server reads them."""
    kind = column.type
    if isinstance(kind, String | Date | DateTime) or (isinstance(kind, Numeric) and not isinstance(kind, Float)):
        return String()
    return kind


def nothing(column: Any) -> Any:
    """What stands for null where rows are ordered and compared."""
    kind: Any = column.type
    if isinstance(kind, String):
        return ""
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Date | DateTime):
        return "0001-01-01"
    return "0" if sent(column) is not kind else 0


def normal_time(text: str) -> str:
    """In UTC, so that one point of time is written in one way. ValueError where it is then before the year 1."""
    try:
        moment = datetime.datetime.fromisoformat(text.upper()).astimezone(datetime.UTC)
    except OverflowError:
        raise ValueError(text) from None
    whole, _, fraction = moment.replace(tzinfo=None).isoformat().partition(".")
    return f"{whole}.{fraction.rstrip('0')}Z" if fraction else f"{whole}Z"


def normal_decimal(text: str, places: int | None) -> str:
    """With all the places of its column, as the server gives it back; nought has no sign."""
    value = Decimal(text)
    if places is not None:
        value = value.quantize(Decimal(1).scaleb(-places), context=_EXACT)
    return f"{abs(value) if value.is_zero() else value:f}"
