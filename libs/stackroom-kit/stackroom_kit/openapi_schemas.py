"""The schemas of an OpenAPI document, made from the shapes that calls declare: structs, alone or inside schemas."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import FunctionType
from typing import Any

import msgspec

from stackroom_kit.api import Call
from stackroom_kit.described_problems import Schema

TEMPLATE = "#/components/schemas/{name}"
_PLAIN = (str, int, float, bool, type(None))


def reference(name: str) -> Schema:
    """A schema of the document by its name."""
    return {"$ref": TEMPLATE.format(name=name)}


def _evaluated(shape: Any) -> Any:
    return shape() if isinstance(shape, FunctionType) else shape


def _types(shape: Any) -> Iterator[Any]:
    """Those in a schema, and what is no schema itself."""
    if isinstance(shape, Mapping):
        yield from (one for inner in shape.values() for one in _types(inner))
    elif isinstance(shape, list | tuple):
        yield from (one for inner in shape for one in _types(inner))
    elif not isinstance(shape, _PLAIN):
        yield shape


def _components(types: Iterable[Any]) -> dict[str, Any]:
    return msgspec.json.schema_components(types, ref_template=TEMPLATE)[1]


def _portable(schema: Any) -> Any:
    """With patterns as JSON Schema has them, where Python's own ``$`` would let a line break through."""
    if isinstance(schema, dict):
        return {
            name: value.replace(r"\A", "^").replace(r"\Z", "$") if name == "pattern" else _portable(value)
            for name, value in schema.items()
        }
    return list(map(_portable, schema)) if isinstance(schema, list) else schema


def _without_nul(schema: Any) -> Any:
    """No text that is sent may hold U+0000; the decoder itself is not asked, since a pattern would cost it time."""
    if isinstance(schema, dict):
        inner = {name: _without_nul(value) for name, value in schema.items()}
        return {"pattern": r"^[^\x00]*$", **inner} if schema.get("type") == "string" else inner
    return list(map(_without_nul, schema)) if isinstance(schema, list) else schema


class Shapes:
    """Schemas of all calls, made in one go so that each struct has one name."""

    def __init__(self, calls: Collection[Call], further: Collection[Any]) -> None:
        bodies = [_evaluated(shape) for call in calls for shape in (call.body or {}).values()]
        answers = [shape for call in calls for answer in call.answers.values() for shape in answer.content.values()]
        taken, given = list(_types(bodies)), list(_types([*map(_evaluated, answers), *further]))
        self._types = [*taken, *given]
        self._schemas, components = msgspec.json.schema_components(self._types, ref_template=TEMPLATE)
        components |= {name: _without_nul(schema) for name, schema in _components(taken).items()}
        self.components = _portable(components)

    def content(self, shapes: Mapping[str, Any]) -> dict[str, Any]:
        return {media_type: {"schema": self._schema(_evaluated(shape))} for media_type, shape in shapes.items()}

    def _schema(self, shape: Any) -> Any:
        if isinstance(shape, Mapping):
            return {name: self._schema(inner) for name, inner in shape.items()}
        if isinstance(shape, list | tuple):
            return [self._schema(inner) for inner in shape]
        return shape if isinstance(shape, _PLAIN) else self._schemas[self._types.index(shape)]
