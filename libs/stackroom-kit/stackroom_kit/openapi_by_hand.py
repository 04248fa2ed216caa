"""Calls that are still described apart from their routes; this module goes when none is left."""

import dataclasses
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from stackroom_kit.api import JSON, Answer, Parameter
from stackroom_kit.body_length import LENGTH_PROBLEMS, METHODS_WITH_BODY
from stackroom_kit.described_problems import (
    REQUEST_ID_HEADER,
    Codes,
    Schema,
    add_problems,
    problem_schema,
    together,
)
from stackroom_kit.guard import SITE_PROBLEMS, WRITING
from stackroom_kit.openapi import PATH, answer_object, parameter_object, reference
from stackroom_kit.request_id import HEADER as REQUEST_ID

__all__ = ["JSON", "PATH", "Answer", "Call", "Described", "Parameter", "reference"]
_PARAMETER = re.compile(r"{(\w+)}")


@dataclasses.dataclass(frozen=True)
class Call:
    """One method of one path. ``body`` is schemas by media type; ``problems`` are the codes of its errors.

    Those of its parameters, of a write and of the length of a body are added, and need not be named again.
    """

    method: str
    path: str
    name: str
    summary: str
    tag: str
    answers: Mapping[int, Answer]
    problems: tuple[Codes, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    body: Mapping[str, Schema] | None = None
    security: tuple[Schema, ...] = ()

    def codes(self) -> dict[int, list[str]]:
        of_body = [LENGTH_PROBLEMS] if self.method in METHODS_WITH_BODY else []
        of_write = [SITE_PROBLEMS] if self.method in WRITING else []
        return together(*self.problems, *of_write, *of_body, *(one.problems for one in self.parameters))

    def as_object(self, problems: Codes) -> dict[str, Any]:
        """``problems`` are those that every call of the service may answer."""
        described: dict[str, Any] = {
            "operationId": self.name,
            "summary": self.summary,
            "tags": [self.tag],
            "responses": {
                str(status): answer_object(answer, {name: {"schema": one} for name, one in answer.content.items()})
                for status, answer in self.answers.items()
            },
        }
        add_problems(described, together(problems, self.codes()))
        if self.parameters:
            described["parameters"] = [parameter_object(one) for one in self.parameters]
        if self.body is not None:
            content = {media_type: {"schema": schema} for media_type, schema in self.body.items()}
            described["requestBody"] = {"required": True, "content": content}
        if self.security:
            described["security"] = list(self.security)
        return described


def _check_path(call: Call) -> None:
    described = {one.name for one in call.parameters if one.place == "path"}
    if described != set(_PARAMETER.findall(call.path)):
        raise ValueError(f"{call.method} {call.path} describes {sorted(described)}")


@dataclasses.dataclass(frozen=True)
class Described:
    """A service: what it is, its calls, the problems of all of them, and the codes of wrong fields."""

    title: str
    description: str
    calls: Collection[Call]
    problems: Codes
    places: Collection[str]

    def document(self, schemas: Mapping[str, Schema], security: Mapping[str, Schema] | None = None) -> dict[str, Any]:
        """ValueError where a path names a parameter that its call does not describe."""
        paths: dict[str, dict[str, Any]] = {}
        for call in self.calls:
            _check_path(call)
            paths.setdefault(call.path, {})[call.method.lower()] = call.as_object(self.problems)
        components = {
            "schemas": {"Problem": problem_schema(self._places()), **schemas},
            "headers": {REQUEST_ID: REQUEST_ID_HEADER},
            **({"securitySchemes": security} if security else {}),
        }
        info = {"title": self.title, "version": "1.0.0", "description": self.description, "license": {"name": "MIT"}}
        return {
            "openapi": "3.1.0",
            "info": info,
            "servers": [{"url": "/"}],
            "paths": paths,
            "components": components,
        }

    def _places(self) -> set[str]:
        """A call that is refused for one place gives that place its own code."""
        own: Iterable[Codes] = (call.codes() for call in self.calls)
        every = together(self.problems, *own)
        return {*self.places, *(code for codes in every.values() for code in codes)}
