"""The rows of a resource as structs, made from the fields that its bodies are checked against, for the document."""

import dataclasses
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from catalog.crud.schema import ALLOWED_TEXT, INT32, Field, Schema

Int32 = Annotated[int, Meta(ge=INT32[0], le=INT32[-1])]
NORMAL_TEXT = "Kept composed (NFC) and without spaces at both ends, and so measured; empty is null."


class DeletedRow(msgspec.Struct):
    status: Literal["deleted"]
    id: Int32


@dataclasses.dataclass(frozen=True)
class Shapes:
    """What is shown of a row, what makes one, what changes one, and a list; named after the resource."""

    shown: type[msgspec.Struct]
    new: type[msgspec.Struct]
    change: type[msgspec.Struct]
    listed: type[msgspec.Struct]


def _type(field: Field) -> Any:
    kind: Any = Int32
    if field.max_length is not None:
        limits = Meta(max_length=field.max_length, pattern=ALLOWED_TEXT, description=NORMAL_TEXT)
        kind = Annotated[str, limits]
    return kind | None if field.is_nullable else kind


def fields_of(schema: Schema) -> dict[str, Any]:
    """The type of every field that is shown, by its name."""
    shown_only = Annotated[str | None, Meta(extra_json_schema={"readOnly": True})]
    return {field.name: _type(field) for field in schema.fields} | dict.fromkeys(schema.read_only, shown_only)


def body_of(name: str, fields: dict[str, Any], required: Iterable[str], text: str = "") -> type[msgspec.Struct]:
    """A struct of which only ``required`` must be given, and that takes no other field."""
    needed = set(required)
    members = [(one, kind) if one in needed else (one, kind | UnsetType, UNSET) for one, kind in fields.items()]
    namespace = {"__doc__": text} if text else {}
    return msgspec.defstruct(name, members, namespace=namespace, kw_only=True, forbid_unknown_fields=True)


def shapes_of(name: str, schema: Schema) -> Shapes:
    fields = fields_of(schema)
    shown = msgspec.defstruct(name, list(fields.items()))
    total = Annotated[int, Meta(description="How many rows match, on all pages.")]
    following = Annotated[
        int | str | UnsetType | None, Meta(description="The `after` of the next page; only with limit.")
    ]
    return Shapes(
        shown,
        body_of(f"{name}_new", fields, [field.name for field in schema.fields if field.is_required]),
        body_of(f"{name}_change", fields, ()),
        msgspec.defstruct(f"{name}_list", [("items", list[shown]), ("total", total), ("next", following, UNSET)]),  # type: ignore[valid-type]
    )
