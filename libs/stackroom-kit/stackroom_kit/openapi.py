"""OpenAPI 3.1 documents, made from what the routes of an app declare and from the structs that they answer with."""

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import FunctionType
from typing import Any

import msgspec
from flask import Flask
from werkzeug.routing import Rule

from stackroom_kit.actor import FORBIDDEN
from stackroom_kit.api import PLACE_IN_PATH, Answer, Call, Parameter, declared_calls
from stackroom_kit.authorization import SECURITY_SCHEMES, refusals_of, security_of
from stackroom_kit.body_length import LENGTH_PROBLEMS, METHODS_WITH_BODY
from stackroom_kit.described_problems import (
    REQUEST_ID_HEADER,
    Schema,
    add_problems,
    problem_schema,
)
from stackroom_kit.guard import CROSS_SITE, WRITING
from stackroom_kit.problems import ProblemKind
from stackroom_kit.request_id import HEADER as REQUEST_ID

PATH = "/openapi/openapi.json"
TEMPLATE = "#/components/schemas/{name}"
RIGHT = "x-stackroom-right"
_PLAIN = (str, int, float, bool, type(None))


def reference(name: str) -> Schema:
    """A schema of the document by its name."""
    return {"$ref": TEMPLATE.format(name=name)}


def _method(rule: Rule) -> str:
    """A declared route has one."""
    (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
    return method


def _problems(method: str, call: Call) -> tuple[ProblemKind, ...]:
    of_body = LENGTH_PROBLEMS if method in METHODS_WITH_BODY else ()
    of_write = (CROSS_SITE,) if method in WRITING else ()
    return (*call.problems, *of_write, *of_body, *(kind for one in call.parameters for kind in one.problems))


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


class _Shapes:
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


def _parameter(one: Parameter) -> dict[str, Any]:
    required = {"required": True} if one.is_required or one.place == "path" else {}
    return {"name": one.name, "in": one.place, "description": one.description, "schema": one.schema, **required}


def _answer(answer: Answer, content: Mapping[str, Any]) -> dict[str, Any]:
    named = {
        name: {"description": meaning, "required": name in answer.headers, "schema": {"type": "string"}}
        for name, meaning in {**answer.headers, **answer.sometimes}.items()
    }
    return {
        "description": answer.description,
        "headers": {REQUEST_ID: {"$ref": f"#/components/headers/{REQUEST_ID}"}, **named},
        **({"content": content} if content else {}),
    }


def _operation(method: str, call: Call, problems: tuple[ProblemKind, ...], shapes: _Shapes) -> dict[str, Any]:
    """``problems`` are those that every call of the service may answer."""
    summary, _, description = call.text.partition("\n")
    described: dict[str, Any] = {
        "operationId": call.name,
        "summary": summary,
        **({"description": description.strip()} if description else {}),
        "tags": [call.tag],
        **({RIGHT: call.right} if call.right else {}),
        "responses": {
            str(status): _answer(answer, shapes.content(answer.content)) for status, answer in call.answers.items()
        },
    }
    add_problems(described, (*problems, *_problems(method, call)))
    if call.parameters:
        described["parameters"] = [_parameter(one) for one in call.parameters]
    if call.body is not None:
        described["requestBody"] = {"required": True, "content": shapes.content(call.body)}
    if call.security:
        described["security"] = list(call.security)
    return described


def _check_path(rule: Rule, call: Call) -> None:
    described = {one.name for one in call.parameters if one.place == "path"}
    if described != rule.arguments:
        raise ValueError(f"{call.name} describes {sorted(described)} of the path {rule.rule}")


@dataclasses.dataclass(frozen=True)
class Document:
    """A service beside its calls. ``problems`` are those of all calls, ``places`` the codes of wrong fields.

    ``further`` are types that it describes beside those of the calls. ``security`` are schemes by name; every call of a
    service that ``is_closed`` needs one of them. One that ``has_actors`` asks each call for the right that it declares,
    and says so of every call, also of those that need nobody.
    """

    title: str
    description: str
    problems: tuple[ProblemKind, ...]
    places: Collection[str]
    further: Collection[Any] = ()
    security: Mapping[str, Schema] = dataclasses.field(default_factory=dict)
    is_closed: bool = False
    has_actors: bool = False

    def of(self, app: Flask) -> dict[str, Any]:
        """With the calls that ``app`` has by now. ValueError where one does not describe a parameter of its path."""
        declared = declared_calls(app)
        # What other services alone call is nothing that a client could look up here.
        shown = {endpoint: call for endpoint, call in declared.items() if call.right != "service"}
        routes = [(rule, shown[rule.endpoint]) for rule in app.url_map.iter_rules() if rule.endpoint in shown]
        paths: dict[str, dict[str, Any]] = {}
        with app.app_context():
            shapes = _Shapes([call for _, call in routes], self.further)
            for rule, call in routes:
                _check_path(rule, call)
                operation = _operation(_method(rule), self._with_right(call), self.problems, shapes)
                if self.has_actors:
                    operation.setdefault("security", [])
                paths.setdefault(PLACE_IN_PATH.sub(r"{\1}", rule.rule), {})[_method(rule).lower()] = operation
        info = {"title": self.title, "version": "1.0.0", "description": self.description, "license": {"name": "MIT"}}
        components = self._components(routes, shapes)
        needed: dict[str, Any] = {"security": [{name: []} for name in self.security]} if self.is_closed else {}
        whole = {"openapi": "3.1.0", "info": info, "servers": [{"url": "/"}], **needed}
        return {**whole, "paths": paths, "components": components}

    def _with_right(self, call: Call) -> Call:
        """What the kit asks before the call, and answers where it is refused."""
        if not self.has_actors:
            return call
        security = (*call.security, *security_of(call.right))
        return dataclasses.replace(call, problems=(*call.problems, *refusals_of(call.right)), security=security)

    def _components(self, routes: list[tuple[Rule, Call]], shapes: _Shapes) -> dict[str, Any]:
        """A call that is refused for one place gives that place its own code."""
        own = (kind.code for rule, call in routes for kind in _problems(_method(rule), call))
        of_rights = {FORBIDDEN.code} if self.has_actors else set()
        codes = {*self.places, *own, *of_rights, *(kind.code for kind in self.problems)}
        schemes = {**self.security, **(SECURITY_SCHEMES if self.has_actors else {})}
        return {
            "schemas": {"Problem": problem_schema(codes), **shapes.components},
            "headers": {REQUEST_ID: REQUEST_ID_HEADER},
            **({"securitySchemes": schemes} if schemes else {}),
        }


def serve_document(app: Flask, described: dict[str, Any]) -> None:
    app.add_url_rule(PATH, "openapi", lambda: described)
