"""The page of a resource: its form and its table, as the schema of its rows has them, in the page's language."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from msgspec import UNSET

from stackroom_kit.schema import Field, Schema
from stackroom_kit.schema_fields import shown_field
from ui.pages.resources import Resource
from ui.pages.titles import inside, translated

LINE = 100  # characters: a longer text gets a box of several lines
INT32 = (-(2**31), 2**31 - 1)
INT64 = (-(2**63), 2**63 - 1)


@dataclasses.dataclass(frozen=True)
class Referred:
    """Rows of which resource can be chosen, what names them, and the field that has this name in a row of ours."""

    resource: str
    by: str
    shown_as: str | None


@dataclasses.dataclass(frozen=True)
class FormField:
    """``kind`` says how a value is typed and shown; ``limits`` tells people what is taken."""

    name: str
    label: str
    kind: str
    is_required: bool
    is_nullable: bool
    is_whole: bool
    limits: str
    choices: tuple[Any, ...]
    default: Any
    reference: Referred | None


@dataclasses.dataclass(frozen=True)
class Dependent:
    """A resource whose rows may point to a row of this one, by some of their ``fields``."""

    name: str
    label: str
    fields: tuple[str, ...]
    shown: str


@dataclasses.dataclass(frozen=True)
class ResourcePage:
    """``fields`` are those of the form, ``columns`` those of the table, which can be sorted by some."""

    name: str
    one: str
    one_inside: str
    many: str
    shown: str
    is_id_given: bool
    fields: list[FormField]
    columns: list[FormField]
    sortable: tuple[str, ...]
    searched: str
    dependents: list[Dependent]


def page_of(resource: Resource, known: Iterable[Resource]) -> ResourcePage:
    fields = _fields(resource.schema)
    columns = _columns(fields)
    one = translated(resource.titles.one)
    return ResourcePage(
        name=resource.name,
        one=one,
        one_inside=inside(one),
        many=translated(resource.titles.many),
        shown=resource.shown,
        is_id_given=resource.is_id_given,
        fields=[field for field in columns if _is_typed(resource, field)],
        columns=columns,
        sortable=tuple(dict.fromkeys(("id", *resource.schema.own))),
        searched=_searched(columns),
        dependents=[_dependent(other, names) for other in known if (names := _pointing(other, resource.name))],
    )


def _is_typed(resource: Resource, field: FormField) -> bool:
    """An object or an array is only shown."""
    is_sent = field.name in resource.schema.own and (field.name != "id" or resource.is_id_given)
    return is_sent and field.kind != "json"


def _fields(schema: Schema) -> list[FormField]:
    names = {field.name for field in schema.fields}
    return [_form_field(field, names) for field in schema.fields]


def _columns(fields: list[FormField]) -> list[FormField]:
    """What is shown of a row that is pointed to stands beside its id, in one column."""
    beside = {field.reference.shown_as for field in fields if field.reference}
    return [field for field in fields if field.name not in beside]


def _form_field(field: Field, names: set[str]) -> FormField:
    return FormField(
        name=field.name,
        label="ID" if field.name == "id" else translated(field.title or field.name),
        kind=kind_of(field),
        is_required=field.is_required and not field.is_nullable,
        is_nullable=field.is_nullable,
        is_whole=field.types == ("integer",),
        limits=_limits(field),
        choices=field.enum or (),
        default=None if field.default is UNSET else field.default,
        reference=_referred(field, names),
    )


def kind_of(field: Field) -> str:
    """Which of the ways to type and to show a value is this field's."""
    if field.reference is not None:
        return "reference"
    if field.enum is not None:
        return "choice"
    if field.format is not None:
        return field.format
    if "string" in field.types:
        return "text" if (field.max_length or LINE) < LINE else "long_text"
    return next((name for name in ("boolean", "number", "integer") if name in field.types), "json")


def _referred(field: Field, names: set[str]) -> Referred | None:
    if field.reference is None:
        return None
    shown_as = shown_field(field.name, field.reference.by)
    return Referred(field.reference.resource, field.reference.by, shown_as if shown_as in names else None)


def _limits(field: Field) -> str:
    """Nothing where there is none that a person could meet."""
    if field.reference is not None or field.enum is not None:
        return ""
    if field.digits is not None:
        return _decimal_limits(field.digits, field.places or 0)
    if field.max_length is not None:
        return str(_("At most %(most)s characters.", most=format_decimal(field.max_length)))
    return _bounds(field)


def _decimal_limits(digits: int, places: int) -> str:
    before = digits - places
    return str(_("At most %(before)s digits before the point, %(behind)s behind it.", before=before, behind=places))


def _bounds(field: Field) -> str:
    least, most = field.minimum, field.maximum
    if (least, most) in (INT32, INT64, (None, None)):
        return ""
    if least is None:
        return str(_("At most %(most)s.", most=format_decimal(most)))
    if most is None:
        return str(_("At least %(least)s.", least=format_decimal(least)))
    return str(_("From %(least)s to %(most)s.", least=format_decimal(least), most=format_decimal(most)))


def _searched(columns: Sequence[FormField]) -> str:
    """What a search looks at: the id, texts that people write, and the names of rows that are pointed to."""
    kinds = ("text", "long_text", "reference")
    labels = [inside(column.label) for column in columns if column.kind in kinds and column.name != "id"]
    return ", ".join(["ID", *labels])


def _pointing(other: Resource, name: str) -> tuple[str, ...]:
    return tuple(one.name for one in other.schema.fields if one.reference and one.reference.resource == name)


def _dependent(other: Resource, fields: tuple[str, ...]) -> Dependent:
    return Dependent(other.name, translated(other.titles.many), fields, other.shown)
