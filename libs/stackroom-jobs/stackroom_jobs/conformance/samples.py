"""Records made from a schema: a plain one, and such as lie at the edges of what it allows."""

from collections.abc import Iterator, Mapping
from typing import Any

from stackroom_kit.schema import Field, Schema

LONGEST = 2000  # characters of a text without a limit
UNICODE = "Ёж\u0301 漢字 \U0001f4da e\u0301"
FORMATS = {"date": "2026-01-31", "date-time": "2026-01-31T12:00:00Z", "decimal": "1"}
Json = dict[str, Any]


def plain_record(schema: Schema) -> Json:
    """Every field that is sent, with a value that nobody would wonder at."""
    return {field.name: plain_value(field) for field in schema.own_fields}


def edge_records(schema: Schema) -> Iterator[Json]:
    """The fields alone that are required, and each edge of each field."""
    plain = plain_record(schema)
    yield {field.name: plain[field.name] for field in schema.own_fields if field.is_required}
    for field in schema.own_fields:
        yield from ({**plain, field.name: value} for value in edge_values(field))


def wrong_records(schema: Schema) -> Iterator[tuple[str, Json]]:
    """Each has one value of a type that its field does not take; with the field's name."""
    plain = plain_record(schema)
    for field in schema.own_fields:
        yield field.name, {**plain, field.name: wrong_value(field)}


def plain_value(field: Field) -> Any:
    if field.enum:
        return field.enum[0]
    made: Mapping[str, Any] = {
        "string": _text(field, "word"),
        "integer": _number(field, 1),
        "number": _number(field, 1.5),
        "boolean": True,
        "array": [],
        "object": {},
    }
    return made[field.types[0]]


def edge_values(field: Field) -> Iterator[Any]:
    if field.is_nullable:
        yield None
    if field.enum:
        yield from field.enum
        return
    if "string" in field.types and field.format is None:
        yield from (_text(field, text) for text in ("", " ", UNICODE, "0", "x" * (field.max_length or LONGEST)))
    if "integer" in field.types:
        yield from (int(edge) for edge in (field.minimum, field.maximum) if edge is not None)
        yield from (_number(field, edge) for edge in (0, -1, 2**31))


def wrong_value(field: Field) -> Any:
    wrong = {"object": {"a": 1}, "array": [1], "boolean": True}
    return next(value for kind, value in wrong.items() if kind not in field.types)


def _text(field: Field, text: str) -> str:
    if field.format is not None:
        return FORMATS[field.format]
    longest = text[: field.max_length] if field.max_length is not None else text
    return longest.ljust(field.min_length or 0, "x")


def _number(field: Field, number: float) -> float:
    low = number if field.minimum is None else max(number, field.minimum)
    return low if field.maximum is None else min(low, field.maximum)
