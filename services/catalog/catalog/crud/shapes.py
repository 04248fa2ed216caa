"""The rows of a resource as structs, made from its schema, for the document."""

import dataclasses
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from catalog.crud.body import ALLOWED_TEXT, is_free_text
from catalog.crud.resource import Resource
from stackroom_kit.schema import Field, Schema

NORMAL_TEXT = "Kept composed (NFC) and without spaces at both ends, and so measured; empty is null."


class DeletedRow(msgspec.Struct):
    status: Literal["deleted"]
    id: int


@dataclasses.dataclass(frozen=True)
class Shapes:
    """What is shown of a row, what makes one, what changes one, and a list; named after the resource."""

    shown: type[msgspec.Struct]
    new: type[msgspec.Struct]
    change: type[msgspec.Struct]
    listed: type[msgspec.Struct]


def _type(field: Field) -> Any:
    """The field's own type; of a free text also what it may hold."""
    if not is_free_text(field) or field.read_only:
        return field.annotation
    limits = Meta(title=field.title, max_length=field.max_length, pattern=ALLOWED_TEXT, description=NORMAL_TEXT)
    return Annotated[str, limits] | None if field.is_nullable else Annotated[str, limits]


def fields_of(schema: Schema) -> dict[str, Any]:
    """The type of every field that is shown, by its name."""
    return {field.name: _type(field) for field in schema.fields}


def body_of(name: str, fields: dict[str, Any], required: Iterable[str], text: str = "") -> type[msgspec.Struct]:
    """A struct of which only ``required`` must be given, and that takes no other field."""
    needed = set(required)
    members = [(one, kind) if one in needed else (one, kind | UnsetType, UNSET) for one, kind in fields.items()]
    namespace = {"__doc__": text} if text else {}
    return msgspec.defstruct(name, members, namespace=namespace, kw_only=True, forbid_unknown_fields=True)


def shapes_of(resource: Resource) -> Shapes:
    name, schema = resource.name, resource.schema
    fields = fields_of(schema)
    new = {one: kind for one, kind in fields.items() if one != "id" or not resource.is_made}
    shown = msgspec.defstruct(name, list(fields.items()))
    total = Annotated[int, Meta(description="How many rows match, on all pages.")]
    following = Annotated[
        int | str | UnsetType | None, Meta(description="The `after` of the next page; only with limit.")
    ]
    return Shapes(
        shown,
        body_of(f"{name}_new", new, [field.name for field in schema.fields if field.is_required]),
        body_of(f"{name}_change", fields, ()),
        msgspec.defstruct(f"{name}_list", [("items", list[shown]), ("total", total), ("next", following, UNSET)]),  # type: ignore[valid-type]
    )
