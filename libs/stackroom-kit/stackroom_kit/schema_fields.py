"""A field of a schema: what it may hold, as JSON Schema says it and as msgspec checks it."""

import dataclasses
import functools
import operator
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta

PYTHON_TYPES: dict[str, Any] = {
    "integer": int, "number": float, "string": str, "boolean": bool, "object": dict[str, Any], "array": list[Any],
}  # fmt: skip
_DAY = (
    r"(?!0000)(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)"
)
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?(?:[Zz]|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
# How a text of each format is written. It is checked by this and kept as it came. A point of time has its offset.
FORMATS = {
    "date": rf"\A{_DAY}\Z",
    "date-time": rf"\A{_DAY}[Tt ]{_TIME}\Z",
    "decimal": r"\A-?[0-9]{1,500}(?:\.[0-9]{1,500})?\Z",  # of a field that says no digits
}

_SAID = {"date": "a day, as 2026-12-31", "date-time": "a point of time with its offset, as 2026-12-31T10:00:00Z"}


@dataclasses.dataclass(frozen=True)
class Reference:
    """To a row of another resource, whose field ``by`` is shown to people."""

    resource: str
    by: str


def name_field(field: str) -> str:
    """By which a row may name what it refers to, instead of its id in ``field``: ``group`` beside ``group_id``."""
    return field.removesuffix("_id")


def shown_field(field: str, by: str) -> str:
    """The one that shows ``by`` of what is referred to: ``group_name``."""
    return f"{name_field(field)}_{by}"


@dataclasses.dataclass(frozen=True)
class Field:
    """``types`` are JSON types without ``null``. Lengths are in characters.

    ``digits`` and ``places`` are the most that a decimal has, before and behind the point together and behind it.
    """

    name: str
    types: tuple[str, ...]
    is_nullable: bool = False
    is_required: bool = False
    format: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    enum: tuple[Any, ...] | None = None
    read_only: bool = False
    default: Any = UNSET
    title: str | None = None
    reference: Reference | None = None
    digits: int | None = None
    places: int | None = None

    def to_json(self) -> dict[str, Any]:
        types = [*self.types, *(["null"] if self.is_nullable else [])]
        values = {word: getattr(self, attribute) for word, attribute in ATTRIBUTES.items()}
        if self.reference is not None:
            values["x-reference"] = dataclasses.asdict(self.reference)
        if self.enum is not None:
            values["enum"] = [*self.enum, *([None] if self.is_nullable else [])]
        given = {word: value for word, value in values.items() if value is not None and value is not False}
        default = {} if self.default is UNSET else {"default": self.default}
        return {"type": types[0] if len(types) == 1 else types, **given, **default}

    @functools.cached_property
    def annotation(self) -> Any:
        """The type of the field for msgspec, which checks all but the sense of an object or an array."""
        if self.enum is not None:
            members: list[Any] = [Literal[self.enum]]
        else:
            members = [_limited(self, name) for name in self.types]
        whole = functools.reduce(operator.or_, [*members, *([None] if self.is_nullable else [])])
        described = {word: value for word, value in self.to_json().items() if word in _DESCRIBED}
        if self.title or described:
            whole = Annotated[whole, Meta(title=self.title, extra_json_schema=described or None)]
        return whole


def form_of(field: Field) -> str:
    """How a text of the field's format is written, for people."""
    if field.format != "decimal":
        return _SAID[field.format or ""]
    limits = (
        "" if field.digits is None else f", of at most {field.digits} digits, {field.places or 0} of them behind it"
    )
    return f"a decimal number with a point{limits}"


def _limited(field: Field, name: str) -> Any:
    """One of the types with its limits."""
    limits: dict[str, Any] = {}
    if name == "string" and field.format is not None:
        limits = {"pattern": pattern_of(field)}
    elif name == "string":
        limits = {"min_length": field.min_length, "max_length": field.max_length}
    elif name in {"integer", "number"}:
        limits = {"ge": field.minimum, "le": field.maximum}
    limits = {word: value for word, value in limits.items() if value is not None}
    return Annotated[PYTHON_TYPES[name], Meta(**limits)] if limits else PYTHON_TYPES[name]


def pattern_of(field: Field) -> str:
    """How a text of the field's format is written. A decimal must lose nothing in its digits; noughts at its ends are
    none of them."""
    if field.digits is None:
        return FORMATS[field.format or ""]
    digits, places = field.digits, field.places or 0
    behind = rf"(?:\.[0-9]{{1,{places}}}0*)?" if places else r"(?:\.0+)?"
    return rf"\A-?(?=[0-9])0*[0-9]{{0,{digits - places}}}{behind}\Z"


# The keywords of a property beside its type and default, with the attributes that hold them.
ATTRIBUTES = {
    "format": "format",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minimum": "minimum",
    "maximum": "maximum",
    "enum": "enum",
    "readOnly": "read_only",
    "title": "title",
    "x-reference": "reference",
    "x-digits": "digits",
    "x-places": "places",
}
# Of these msgspec takes no notice, or (of an enum) not of its order; a struct carries them into its JSON schema.
_DESCRIBED = ("format", "enum", "readOnly", "x-reference", "x-digits", "x-places", "default")
KEYWORDS = ("type", *ATTRIBUTES, "default")
