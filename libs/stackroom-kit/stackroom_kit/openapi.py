"""OpenAPI 3.1 documents, built from calls that each service declares beside its routes."""

import dataclasses
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask

PATH = "/openapi/openapi.json"
JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
_PARAMETER = re.compile(r"{(\w+)}")

Schema = Mapping[str, Any]

PROBLEM: Schema = {
    "type": "object",
    "description": "An error (RFC 9457). `code` is a stable word; `errors` name each wrong place.",
    "required": ["type", "title", "status", "code", "detail", "instance", "errors"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:stackroom:problem:not_found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("pointer", "code", "detail")},
            },
        },
    },
}


def reference(name: str) -> Schema:
    """A schema of the document by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def parameter(name: str, schema: Schema, description: str, place: str = "query") -> Schema:
    """``place`` is query, header or path; what stands in a path is always required."""
    required = {"required": True} if place == "path" else {}
    return {"name": name, "in": place, "description": description, "schema": schema, **required}


@dataclasses.dataclass(frozen=True)
class Answer:
    """``content`` is schemas by media type, empty for an answer without a body; ``headers`` are names with meanings."""

    description: str
    content: Mapping[str, Schema] = dataclasses.field(default_factory=dict)
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def as_object(self) -> dict[str, Any]:
        headers = {
            name: {"description": meaning, "schema": {"type": "string"}} for name, meaning in self.headers.items()
        }
        content = {media_type: {"schema": schema} for media_type, schema in self.content.items()}
        return {
            "description": self.description,
            **({"headers": headers} if headers else {}),
            **({"content": content} if content else {}),
        }


@dataclasses.dataclass(frozen=True)
class Call:
    """One method of one path. ``body`` is schemas by media type; ``problems`` are the statuses of its errors."""

    method: str
    path: str
    name: str
    summary: str
    tag: str
    answers: Mapping[int, Answer]
    problems: tuple[int, ...] = ()
    parameters: tuple[Schema, ...] = ()
    body: Mapping[str, Schema] | None = None

    def as_object(self) -> dict[str, Any]:
        answers = {str(status): answer.as_object() for status, answer in self.answers.items()}
        answers |= {str(status): _problem(status) for status in self.problems}
        described: dict[str, Any] = {
            "operationId": self.name,
            "summary": self.summary,
            "tags": [self.tag],
            "responses": answers,
        }
        if self.parameters:
            described["parameters"] = list(self.parameters)
        if self.body is not None:
            content = {media_type: {"schema": schema} for media_type, schema in self.body.items()}
            described["requestBody"] = {"required": True, "content": content}
        return described


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": HTTPStatus(status).phrase,
        "content": {PROBLEM_JSON: {"schema": reference("Problem")}},
    }


def document(title: str, description: str, calls: Iterable[Call], schemas: Mapping[str, Schema]) -> dict[str, Any]:
    """The whole document. ValueError where a path names a parameter that its call does not describe."""
    paths: dict[str, dict[str, Any]] = {}
    for call in calls:
        described = {one["name"] for one in call.parameters if one["in"] == "path"}
        if described != set(_PARAMETER.findall(call.path)):
            raise ValueError(f"{call.method} {call.path} describes {sorted(described)}")
        paths.setdefault(call.path, {})[call.method.lower()] = call.as_object()
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1.0.0", "description": description, "license": {"name": "MIT"}},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": {"Problem": PROBLEM, **schemas}},
    }


def serve_document(app: Flask, described: dict[str, Any]) -> None:
    app.add_url_rule(PATH, "openapi", lambda: described)
