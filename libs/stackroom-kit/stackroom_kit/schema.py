"""The schema of a row, written once: a flat JSON Schema, from which the checks, cells, forms and documents are made.

It is made from a msgspec struct, from JSON or (in ``stackroom_sql``) from a table. Its properties are named as fields
are. A text with a format is checked and kept as it came. Objects and arrays are taken whole, whatever is in them.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import UNSET

from stackroom_kit.cells import reader_of
from stackroom_kit.schema_fields import Field, Reference
from stackroom_kit.schema_properties import SchemaError, check_name, field_of_json
from stackroom_kit.schema_structs import document_of

__all__ = ["Field", "Reference", "Schema", "SchemaError"]
MAX_FIELDS = 500
KEYWORDS = ("$schema", "title", "type", "properties", "required", "additionalProperties")


@dataclasses.dataclass(frozen=True)
class Schema:
    """``takes_unknown``: a field that it does not know is passed over, and is no fault."""

    name: str
    fields: tuple[Field, ...]
    takes_unknown: bool = True

    @classmethod
    def of_struct(cls, struct: type[msgspec.Struct], name: str | None = None) -> "Schema":
        """SchemaError."""
        return cls.of_json(document_of(struct) | ({} if name is None else {"title": name}))

    @classmethod
    def of_json(cls, document: Mapping[str, Any]) -> "Schema":
        """SchemaError for whatever is no flat schema."""
        unknown = next((word for word in document if word not in KEYWORDS), None)
        if unknown is not None:
            raise SchemaError(f"A schema has {str(unknown)[:50]!r}; allowed are {', '.join(KEYWORDS)}.")
        if document.get("type") != "object":
            raise SchemaError('A schema must have the type "object".')
        name, takes_unknown = document.get("title", "Row"), document.get("additionalProperties", True)
        check_name(name)
        if type(takes_unknown) is not bool:
            raise SchemaError("additionalProperties must be true or false.")
        properties, required = _members(document)
        fields = tuple(field_of_json(word, one, word in required) for word, one in properties.items())
        return cls(name, fields, takes_unknown)

    def to_json(self) -> dict[str, Any]:
        return {
            "title": self.name,
            "type": "object",
            "properties": {field.name: field.to_json() for field in self.fields},
            "required": [field.name for field in self.fields if field.is_required],
            **({} if self.takes_unknown else {"additionalProperties": False}),
        }

    @functools.cached_property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @functools.cached_property
    def own_fields(self) -> tuple[Field, ...]:
        """Those that are sent."""
        return tuple(field for field in self.fields if not field.read_only)

    @functools.cached_property
    def own(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(field.name for field in self.own_fields)

    @functools.cached_property
    def shown(self) -> tuple[str, ...]:
        """The names of the others, which are only shown."""
        return tuple(field.name for field in self.fields if field.read_only)

    @functools.cached_property
    def struct(self) -> type[msgspec.Struct]:
        """Checks a row while it is decoded or converted. A field that is not required is UNSET where it is left out."""
        return msgspec.defstruct(
            self.name,
            [_member(field) for field in self.fields],
            kw_only=True,
            omit_defaults=True,
            forbid_unknown_fields=not self.takes_unknown,
            gc=False,
        )

    @functools.cached_property
    def _readers(self) -> dict[str, Callable[[str], Any]]:
        return {field.name: reader_of(field) for field in self.fields}

    def reader(self, name: str) -> Callable[[str], Any]:
        """What ``cell`` does for one field, for whoever reads a column of cells."""
        return self._readers[name]

    def cell(self, name: str, text: str) -> Any:
        """A cell of a CSV file or a spreadsheet as a value of the field; limits are the struct's. ValueError."""
        return self._readers[name](text)


def _members(document: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[Any]]:
    """The properties, and the names of those that are required."""
    properties, required = document.get("properties"), document.get("required", [])
    if not isinstance(properties, Mapping) or not 1 <= len(properties) <= MAX_FIELDS:
        raise SchemaError(f"A schema must have 1 to {MAX_FIELDS} properties.")
    if not isinstance(required, list) or not all(word in [*properties] for word in required):
        raise SchemaError("required must be a list of names of properties.")
    return properties, required


def _member(field: Field) -> tuple[str, Any] | tuple[str, Any, Any]:
    if field.is_required:
        return field.name, field.annotation
    return field.name, field.annotation | msgspec.UnsetType, UNSET
