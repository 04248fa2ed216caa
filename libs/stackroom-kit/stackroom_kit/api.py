"""A route says once, where it is declared, what it takes and answers; the OpenAPI document is made of that.

A declaration is kept beside the route and never asked in a request, so it costs a call nothing.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypeVar, get_args

import msgspec
from flask import Blueprint, Response
from flask.sansio.app import App
from msgspec import Meta

from stackroom_kit.described_problems import Codes

JSON = "application/json"
Right = Literal["reader", "operator", "editor", "admin", "worker"]
RIGHTS = get_args(Right)
Count = Annotated[int, Meta(ge=0)]
TimeText = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
# A JSON schema; a type that msgspec knows, alone or inside a schema; or a function that gives one of them once the app
# is there, for what its settings decide.
Shape = Any
View = TypeVar("View", bound=Callable[..., Any])
_KEY = "stackroom_calls"
_encoder = msgspec.json.Encoder()


@dataclasses.dataclass(frozen=True)
class Parameter:
    """``place`` is query, header or path; ``problems`` are the codes of a value that is refused."""

    name: str
    schema: Mapping[str, Any]
    description: str
    place: str = "query"
    problems: Codes = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Answer:
    """``content`` is shapes by media type, empty for an answer without a body; ``headers`` are names with meanings.

    Headers in ``sometimes`` may be missing.
    """

    description: str
    content: Mapping[str, Shape] = dataclasses.field(default_factory=dict)
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    sometimes: Mapping[str, str] = dataclasses.field(default_factory=dict)


def json_of(shape: Shape, description: str, **headers: str) -> Answer:
    """An answer that is JSON."""
    return Answer(description, {JSON: shape}, headers)


@dataclasses.dataclass(frozen=True)
class Call:
    """What a route declares beside its method and path. ``right`` is what it takes to call it, None for nothing.

    ``body`` is shapes by media type. ``problems`` are the codes of its errors; those of its parameters, of a write and
    of the length of a body are added, and need not be named again.
    """

    name: str
    summary: str
    tag: str
    right: Right | None
    answers: Mapping[int, Answer]
    problems: tuple[Codes, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    body: Mapping[str, Shape] | None = None
    security: tuple[Mapping[str, Any], ...] = ()

    def __post_init__(self) -> None:
        if self.right is not None and self.right not in RIGHTS:
            raise ValueError(f"{self.name} needs the right {self.right!r}; known: {', '.join(RIGHTS)}")


class Api(Blueprint):
    """A blueprint whose routes declare themselves; ``tag`` groups them in the document."""

    def __init__(self, name: str, import_name: str, url_prefix: str | None = None, tag: str | None = None) -> None:
        super().__init__(name, import_name, url_prefix=url_prefix)
        self._tag = tag or name

    def call(
        self,
        method: str,
        path: str,
        summary: str,
        *,
        right: Right | None,
        answers: Mapping[int, Answer],
        name: str | None = None,
        **more: Any,
    ) -> Callable[[View], View]:
        """Route the function that follows. ``name`` is its own where it is left out; ``more`` is the rest of Call."""

        def register(view: View) -> View:
            declared = Call(name or view.__name__, summary, self._tag, right, answers, **more)
            self.add_url_rule(path, declared.name, view, methods=[method])
            self.record(lambda state: declared_calls(state.app).update({f"{self.name}.{declared.name}": declared}))
            return view

        return register


def declared_calls(app: App) -> dict[str, Call]:
    """By endpoint."""
    found: dict[str, Call] = app.extensions.setdefault(_KEY, {})
    return found


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """``value`` as msgspec writes it: a struct, or what holds some."""
    return Response(_encoder.encode(value), status, headers, content_type=JSON)
