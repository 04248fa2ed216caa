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
    reads_media: bool = False
    media_field: str | None = None
    unit: str = ""
    version: int = 1
    schema: dict[str, Any] = {}
    result_schema: dict[str, Any] = {}


class _List(msgspec.Struct):
    items: list[_Told]


@dataclasses.dataclass(frozen=True)
class Media:
    """``field`` of a record names its file; ``id_types`` are the JSON types of its id, none where it has no id."""

    field: str
    id_types: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Operation:
    """``loads`` is the resource of the register that it fills, ``right`` what it takes to send it.

    ``titles`` are those of its fields, in their order; ``result_titles`` those of the fields of a result. ``media`` is
    of one whose records name media files. ``unit`` is what the progress of a long record counts.
    """

    name: str
    title: str
    loads: str | None
    right: str
    required: frozenset[str]
    titles: Mapping[str, str]
    media: Media | None
    result_titles: Mapping[str, str]
    unit: str
    version: int


def operations_of(body: Any) -> tuple[Operation, ...]:
    """ValidationError where the answer is no list of operations."""
    return tuple(map(_operation, msgspec.convert(body, _List).items))


def _operation(told: _Told) -> Operation:
    properties = told.schema.get("properties", {})
    titles = {field.name: properties.get(field.name, {}).get("title", "") for field in told.fields}
    return Operation(
        name=told.name,
        title=told.title,
        loads=told.loads,
        right=told.right,
        required=frozenset(field.name for field in told.fields if field.required),
        titles=titles,
        media=_media(told, properties),
        unit=told.unit,
        version=told.version,
        result_titles={name: one.get("title", name) for name, one in told.result_schema.get("properties", {}).items()},
    )


def _media(told: _Told, properties: Mapping[str, Any]) -> Media | None:
    """An importer of before tells no field: it knew only ``payload``."""
    types = properties.get("id", {}).get("type", ())
    ids = (types,) if isinstance(types, str) else tuple(types)
    return Media(told.media_field or "payload", ids) if told.reads_media else None


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


def translated_results(operation: Operation, version: int | None) -> dict[str, str]:
    """What the fields of a result are called, by their names: nobody knows of another version than the one told of."""
    if version not in (None, operation.version):
        return {}
    return {name: translated(title) for name, title in operation.result_titles.items()}


def about(operation: Operation) -> dict[str, Any]:
    """What the script of the page of imports must know of it."""
    return {
        "columns": columns_text(operation),
        "fields": list(operation.titles),
        "titles": translated_titles(operation),
        "media": operation.media,
    }


def columns_text(operation: Operation) -> str:
    """The names of columns, those that must be there with a star, and what they mean."""
    return ", ".join(_column(operation, name, translated(title)) for name, title in operation.titles.items())


def _column(operation: Operation, name: str, title: str) -> str:
    marked = f"{name}*" if name in operation.required else name
    return f"{marked} ({title})" if title and title.casefold() != name.casefold() else marked
