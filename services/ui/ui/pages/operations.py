"""What a batch can ask for, as the importer tells it."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from flask_babel import gettext as _

from stackroom_kit.schema_fields import name_field
from ui.pages.resources import Resource
from ui.pages.titles import inside, translated

TARGET = "/api/importer/operations"


class _Field(msgspec.Struct):
    name: str
    required: bool


class _Told(msgspec.Struct):
    name: str
    fields: list[_Field]
    title: str = ""
    loads: str | None = None
    right: str = "operator"
    schema: dict[str, Any] = {}


class _List(msgspec.Struct):
    items: list[_Told]


@dataclasses.dataclass(frozen=True)
class Operation:
    """``loads`` is the resource of the register that it fills, ``right`` what it takes to send it.

    ``titles`` are those of its fields, in their order.
    """

    name: str
    title: str
    loads: str | None
    right: str
    required: frozenset[str]
    titles: Mapping[str, str]


def operations_of(body: Any) -> tuple[Operation, ...]:
    """ValidationError where the answer is no list of operations."""
    return tuple(map(_operation, msgspec.convert(body, _List).items))


def _operation(told: _Told) -> Operation:
    properties = told.schema.get("properties", {})
    titles = {field.name: properties.get(field.name, {}).get("title", "") for field in told.fields}
    required = frozenset(field.name for field in told.fields if field.required)
    return Operation(told.name, told.title, told.loads, told.right, required, titles)


def operation_titles(known: Sequence[Operation], resources: Sequence[Resource]) -> dict[str, str]:
    """By name. A load is called by the resource that it fills."""
    many = {one.name: inside(translated(one.titles.many)) for one in resources}
    return {one.name: _title(one, many) for one in known}


def _title(operation: Operation, many: Mapping[str, str]) -> str:
    if operation.loads is not None:
        return str(_("Import into the register: %(what)s", what=many.get(operation.loads, operation.loads)))
    return translated(operation.title) or operation.name


def translated_titles(operation: Operation) -> dict[str, str]:
    """Of fields, by their names: those that are not as English, which the importer knows by itself.

    Under the title of a reference people write the name of what it is to, and there is a field for that.
    """
    own, found = operation.titles, dict[str, str]()
    for name, title in own.items():
        if translated(title) != title:
            found[named if (named := name_field(name)) in own else name] = translated(title)
    return found


def columns_text(operation: Operation) -> str:
    """The names of columns, those that must be there with a star, and what they mean."""
    return ", ".join(_column(operation, name, translated(title)) for name, title in operation.titles.items())


def _column(operation: Operation, name: str, title: str) -> str:
    marked = f"{name}*" if name in operation.required else name
    return f"{marked} ({title})" if title and title.casefold() != name.casefold() else marked
