"""OpenAPI 3.1 documents, made from what the routes of an app declare and from the structs that they answer with."""

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

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
from stackroom_kit.openapi_schemas import Shapes
from stackroom_kit.problems import ProblemKind
from stackroom_kit.request_id import HEADER as REQUEST_ID

PATH = "/openapi/openapi.json"
RIGHT = "x-stackroom-right"


def _method(rule: Rule) -> str:
    """A declared route has one."""
    (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
    return method


def _problems(method: str, call: Call) -> tuple[ProblemKind, ...]:
    of_body = LENGTH_PROBLEMS if method in METHODS_WITH_BODY else ()
    of_write = (CROSS_SITE,) if method in WRITING else ()
    return (*call.problems, *of_write, *of_body, *(kind for one in call.parameters for kind in one.problems))


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


def _operation(method: str, call: Call, problems: tuple[ProblemKind, ...], shapes: Shapes) -> dict[str, Any]:
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
            shapes = Shapes([call for _, call in routes], self.further)
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

    def _components(self, routes: list[tuple[Rule, Call]], shapes: Shapes) -> dict[str, Any]:
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
