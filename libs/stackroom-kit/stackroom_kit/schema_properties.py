"""Read the properties of a JSON Schema; whatever a flat schema has no place for is refused in one sentence."""

import keyword
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from stackroom_kit.schema_fields import ATTRIBUTES, FORMATS, KEYWORDS, PYTHON_TYPES, Field, Reference

MAX_NAME = 63  # characters, as PostgreSQL has it
MAX_TITLE = 200
MAX_ENUM = 1000
INT64 = (-(2**63), 2**63 - 1)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


class SchemaError(ValueError):
    """No flat schema; the sentence names the property and what is allowed."""


Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Limit = Annotated[int, Meta(ge=INT64[0], le=INT64[1])] | float
Word = Literal["array", "boolean", "integer", "null", "number", "object", "string"]
Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]


class _Reference(msgspec.Struct, forbid_unknown_fields=True):
    resource: Name
    by: Name


class _Property(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    type: Word | Annotated[list[Word], Meta(min_length=1)] | UnsetType = UNSET
    format: Literal["date", "date-time", "decimal"] | None = None
    min_length: Count | None = None
    max_length: Count | None = None
    minimum: Limit | None = None
    maximum: Limit | None = None
    enum: Annotated[list[int | str | None], Meta(min_length=1, max_length=MAX_ENUM)] | None = None
    read_only: bool = False
    title: Annotated[str, Meta(min_length=1, max_length=MAX_TITLE)] | None = None
    reference: _Reference | None = msgspec.field(default=None, name="x-reference")
    digits: Annotated[int, Meta(ge=1, le=1000)] | None = msgspec.field(default=None, name="x-digits")
    places: Annotated[int, Meta(ge=0, le=1000)] | None = msgspec.field(default=None, name="x-places")
    default: Any = UNSET


_ALLOWED = {
    "type": "one or two of integer, number, string, boolean, object, array, and null beside them",
    "format": ", ".join(FORMATS),
    "minLength": "a whole number from 0",
    "maxLength": "a whole number from 0",
    "minimum": "a number",
    "maximum": "a number",
    "enum": f"1 to {MAX_ENUM} texts or whole numbers",
    "readOnly": "true or false",
    "title": f"a text of 1 to {MAX_TITLE} characters",
    "x-reference": 'an object with the texts "resource" and "by"',
    "x-digits": "a whole number from 1 to 1000",
    "x-places": "a whole number from 0 to 1000",
}


def field_of_json(name: Any, document: Any, is_required: bool) -> Field:
    """SchemaError for what is no property of a flat schema."""
    check_name(name)
    given = _property(name, document)
    types, is_nullable = _types(name, given)
    field = Field(
        name,
        types,
        is_nullable,
        is_required,
        **{attribute: getattr(given, attribute) for attribute in ATTRIBUTES.values() if attribute in _PLAIN},
        enum=None if given.enum is None else tuple(value for value in given.enum if value is not None),
        reference=None if given.reference is None else Reference(given.reference.resource, given.reference.by),
        default=given.default,
    )
    check_field(field)
    return field


_PLAIN = frozenset(ATTRIBUTES.values()) - {"enum", "reference"}


def check_name(name: Any) -> None:
    if not isinstance(name, str) or len(name) > MAX_NAME or not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise SchemaError(
            f"The property {str(name)[:80]!r} has no name that a field may have: letters, digits and _ of ASCII, "
            f"a letter first, at most {MAX_NAME}, and no word of Python's own."
        )


def _property(name: str, document: Any) -> _Property:
    if not isinstance(document, Mapping):
        raise SchemaError(f"The property {name!r} must be an object.")
    unknown = next((word for word in document if word not in KEYWORDS), None)
    if unknown is not None:
        raise SchemaError(f"The property {name!r} has {str(unknown)[:50]!r}; allowed are {', '.join(KEYWORDS)}.")
    try:
        return msgspec.convert(dict(document), _Property)
    except msgspec.ValidationError as error:
        word = re.split(r"[.\[`]", str(error).partition(" - at `$.")[2])[0]
        shown = repr(document[word])[:50]
        raise SchemaError(f"The property {name!r} has {word!r}: {shown}; allowed is {_ALLOWED[word]}.") from None


def _types(name: str, given: _Property) -> tuple[tuple[str, ...], bool]:
    """In their order, and whether null is one."""
    values = given.enum or ()
    if isinstance(given.type, UnsetType):
        words = {_type_of(value) for value in values}
    else:
        words = {given.type} if isinstance(given.type, str) else set(given.type)
    types = tuple(word for word in PYTHON_TYPES if word in words and not (word == "integer" and "number" in words))
    if not 1 <= len(types) <= 2:
        raise SchemaError(f"The property {name!r} must have a type: {_ALLOWED['type']}.")
    return types, "null" in words and (given.enum is None or None in values)


def _type_of(value: int | str | None) -> str:
    if value is None:
        return "null"
    return "string" if isinstance(value, str) else "integer"


def check_field(field: Field) -> None:
    """SchemaError for keywords that do not go together."""
    for is_wrong, sentence in _rules(field):
        if is_wrong:
            raise SchemaError(f"The property {field.name!r}: {sentence}.")
    if field.default is not UNSET:
        _check_default(field)


def _rules(field: Field) -> list[tuple[bool, str]]:
    lengths, bounds = (field.min_length, field.max_length), (field.minimum, field.maximum)
    limits = (*lengths, *bounds, field.format)
    whole = "number" not in field.types
    wrong_values = [value for value in field.enum or () if _type_of(value) not in field.types]
    return [
        (field.format is not None and field.types != ("string",), "a format goes with the type string alone"),
        (field.format is not None and any(_are_given(lengths)), "a format goes without lengths"),
        (any(_are_given(lengths)) and "string" not in field.types, "lengths go with the type string"),
        (any(_are_given(bounds)) and not {"integer", "number"} & {*field.types}, "bounds go with numbers"),
        (whole and any(type(bound) is float for bound in bounds), "bounds of whole numbers are whole"),
        (all(_are_given(lengths)) and lengths[0] > lengths[1], "minLength is above maxLength"),  # type: ignore[operator]
        (all(_are_given(bounds)) and bounds[0] > bounds[1], "minimum is above maximum"),  # type: ignore[operator]
        (field.enum is not None and any(_are_given(limits)), "an enum goes without other limits"),
        (bool(wrong_values) or field.enum == (), "an enum has values of the type"),
        (len({*(field.enum or ())}) < len(field.enum or ()), "an enum has no value twice"),
        (field.read_only and field.is_required, "what is readOnly cannot be required"),
        (any(_are_given((field.digits, field.places))) and field.format != "decimal", "digits are those of decimals"),
        ((field.places or 0) > (field.digits or 1000), "x-places is above x-digits"),
    ]


def _are_given(values: tuple[Any, ...]) -> list[bool]:
    return [value is not None for value in values]


def _check_default(field: Field) -> None:
    try:
        msgspec.convert(field.default, field.annotation)
    except (msgspec.ValidationError, TypeError):
        raise SchemaError(f"The property {field.name!r}: its default is no value that it allows.") from None
