"""A msgspec struct as a flat JSON Schema. What lies inside of nested values is left out."""

from collections.abc import Mapping
from typing import Any

import msgspec

from stackroom_kit.schema_fields import FORMATS
from stackroom_kit.schema_properties import SchemaError

# Of nested values, and for people alone: nothing is checked by them.
_LEFT_OUT = (
    "description", "examples", "items", "prefixItems", "additionalProperties", "minItems", "maxItems",
    "minProperties", "maxProperties", "uniqueItems",
)  # fmt: skip
_EXCLUSIVE = {"exclusiveMinimum": ("minimum", 1), "exclusiveMaximum": ("maximum", -1)}


def document_of(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """SchemaError for a type that JSON has no place for."""
    try:
        (root,), components = msgspec.json.schema_components([struct], ref_template="{name}")
    except TypeError as error:
        raise SchemaError(f"{struct.__name__} has a type that no schema has: {error}") from None
    document = components[root["$ref"]]
    unknown = {"additionalProperties": False} if struct.__struct_config__.forbid_unknown_fields else {}
    return {
        "title": struct.__name__,
        "type": "object",
        "properties": {name: _flat(one, components) for name, one in document["properties"].items()},
        "required": document["required"],
        **unknown,
    }


def _flat(document: Mapping[str, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    """A property in one level, without what lies inside its value."""
    found = {word: value for word, value in document.items() if word not in (*_LEFT_OUT, "anyOf", "$ref")}
    if "$ref" in document:
        found |= _named(components[document["$ref"]])
    for word, (inclusive, step) in _EXCLUSIVE.items():
        if type(found.get(word)) is int and found.get("type") == "integer":
            found[inclusive] = found.pop(word) + step
    members = [_flat(member, components) for member in document.get("anyOf", ())]
    whole = _joined(found, members) if members else found
    if whole.get("format") in FORMATS:
        whole.pop("pattern", None)  # the format says it
    return whole


def _named(component: Mapping[str, Any]) -> dict[str, Any]:
    """A nested struct is an object, whatever is in it; an enum has its values."""
    return {"enum": component["enum"]} if "enum" in component else {"type": component.get("type", "object")}


def _joined(found: dict[str, Any], members: list[dict[str, Any]]) -> dict[str, Any]:
    """The types of all alternatives, with their limits beside them. What stands outside of all has its order."""
    types = [member.pop("type") for member in members if "type" in member]
    limits = {word: value for member in members for word, value in member.items()}
    if "enum" not in limits:
        return limits | found | {"type": types}
    if set(types) - {"null"}:
        raise SchemaError(f"A property has the values {limits['enum']} or a type; allowed is one of both.")
    return {"enum": [*limits["enum"], *([None] if types else [])]} | found
