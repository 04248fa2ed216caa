"""The schema of a table's rows: every column is a field, and a type that no field has is refused by name.

Columns hold whole numbers, texts, floating numbers, decimals (as text), truths, days, points of time with their offset
and words of a list. What the server makes (a key, a default) need not be sent.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import UNSET
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Numeric,
    SmallInteger,
    String,
    TextClause,
)
from sqlalchemy.sql.elements import False_, True_

from stackroom_kit.schema import Field, Reference, Schema
from stackroom_kit.schema_fields import name_field

_BITS = ((SmallInteger, 15), (BigInteger, 63), (Integer, 31))


def schema_of_columns(
    name: str, columns: Iterable[Column[Any]], references: Mapping[str, Reference], shown: Iterable[Field] = ()
) -> Schema:
    """``references`` are by column; ``shown`` are fields beside the columns, of other tables. TypeError."""
    fields = (field_of_column(column, references.get(column.name)) for column in columns)
    return Schema(name, (*fields, *shown), takes_unknown=False)


def is_made(column: Column[Any]) -> bool:
    """Whether the server gives the key of a new row."""
    table: Any = column.table
    return bool(table.autoincrement_column is column)


def title_of(name: str) -> str:
    """An English label for people, of a name for programs."""
    words = name.replace("_", " ")
    return "ID" if words == "id" else words[:1].upper() + words[1:]


def field_of_column(column: Column[Any], reference: Reference | None = None) -> Field:
    """TypeError for a column that no field can be."""
    if column.default is not None or column.onupdate is not None:
        raise TypeError(f"{column} has a default in Python, which bulk calls do not know: give it a server_default")
    is_given = column.nullable or column.server_default is not None or is_made(column)
    return Field(
        str(column.name),
        is_nullable=bool(column.nullable),
        is_required=not is_given,
        title=column.doc or title_of(name_field(column.name) if reference else column.name),
        default=_default(column),
        reference=reference,
        **_limits(column),
    )


def _limits(column: Column[Any]) -> dict[str, Any]:
    """What the type says of a field."""
    kind: Any = column.type
    if isinstance(kind, Enum):
        return _of_enum(column, kind)
    if isinstance(kind, String):
        return {"types": ("string",), "max_length": kind.length}
    if isinstance(kind, Boolean):
        return {"types": ("boolean",)}
    for integer, bits in _BITS:
        if isinstance(kind, integer):
            return {"types": ("integer",), "minimum": -(2**bits), "maximum": 2**bits - 1}
    return _of_number_or_time(column, kind)


def _of_number_or_time(column: Column[Any], kind: Any) -> dict[str, Any]:
    if isinstance(kind, Float):
        return {"types": ("number",)}
    if isinstance(kind, Numeric):
        return {"types": ("string",), "format": "decimal", "digits": kind.precision, "places": kind.scale}
    if isinstance(kind, Date):
        return {"types": ("string",), "format": "date"}
    if isinstance(kind, DateTime):
        if not kind.timezone:
            raise TypeError(f"{column} would forget the offset of its times: use DateTime(timezone=True)")
        return {"types": ("string",), "format": "date-time"}
    raise TypeError(f"{column} is of the type {kind}, which no field has")


def _of_enum(column: Column[Any], kind: Enum) -> dict[str, Any]:
    if kind.native_enum:
        raise TypeError(f"{column} would need a type of its own in the database: use Mapped[Literal[...]]")
    return {"types": ("string",), "enum": tuple(kind.enums)}


def _default(column: Column[Any]) -> Any:
    """Of a constant that the server puts in; UNSET where it computes one."""
    value: Any = getattr(column.server_default, "arg", None)
    if isinstance(value, True_ | False_):
        return isinstance(value, True_)
    is_text = isinstance(column.type, String | Numeric | Date) and not isinstance(column.type, Float)
    if isinstance(value, str) and is_text:
        return value
    if isinstance(value, str | TextClause):
        return _constant(str(value), is_text)
    return UNSET


def _constant(text: str, is_text: bool) -> Any:
    """What SQL has between quotes, or a number or a truth; UNSET of all else."""
    if is_text:
        return text[1:-1] if text[:1] == text[-1:] == "'" and "'" not in text[1:-1] and len(text) > 1 else UNSET
    try:
        value = json.loads(text.lower())
    except ValueError:
        return UNSET
    return value if isinstance(value, int | float) else UNSET
