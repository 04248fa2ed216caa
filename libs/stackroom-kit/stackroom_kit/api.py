"""A route says once, where it is declared, what it takes and answers; the OpenAPI document is made of that.

In a request only one thing is asked of a declaration: which query parameters there are. All others are refused.
"""

import dataclasses
import datetime
import functools
import inspect
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from flask import Blueprint, Response, request
from flask.sansio.app import App
from flask.sansio.blueprints import BlueprintSetupState
from msgspec import Meta

from stackroom_kit.problems import ProblemKind
from stackroom_kit.rights import NEEDED, Needed, Right

JSON = "application/json"
Count = Annotated[int, Meta(ge=0)]
Time = Annotated[datetime.datetime, Meta(tz=True)]
TimeText = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
# A JSON schema; a type that msgspec knows, alone or inside a schema; or a function that gives one of them once the app
# is there, for what its settings decide.
Shape = Any
UNKNOWN_PARAMETER = ProblemKind(400, "unknown_parameter")
REPEATED_PARAMETER = ProblemKind(400, "repeated_parameter")
UNKNOWN_ARGUMENT = (UNKNOWN_PARAMETER, REPEATED_PARAMETER)
View = TypeVar("View", bound=Callable[..., Any])
PLACE_IN_PATH = re.compile(r"<(?:[^<>:]*:)?(\w+)>")
_KEY = "stackroom_calls"
_encoder = msgspec.json.Encoder()


@dataclasses.dataclass(frozen=True)
class Parameter:
    """``place`` is query, header or path; what stands in a path is always required.

    ``problems`` are those of a value that is refused.
    """

    name: str
    schema: Mapping[str, Any]
    description: str
    place: str = "query"
    problems: tuple[ProblemKind, ...] = ()
    is_required: bool = False


@dataclasses.dataclass(frozen=True)
class Answer:
    """``content`` is shapes by media type, empty for an answer without a body; ``headers`` are names with meanings.

    Headers in ``sometimes`` may be missing.
    """

    description: str
    content: Mapping[str, Shape] = dataclasses.field(default_factory=dict)
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    sometimes: Mapping[str, str] = dataclasses.field(default_factory=dict)


def one_of(words: Iterable[str]) -> Meta:
    """Of a text that is one of these, as its description says; nothing is checked where it is made or read."""
    return Meta(extra_json_schema={"enum": [str(word) for word in words]})


def json_of(shape: Shape, description: str, **headers: str) -> Answer:
    """An answer that is JSON."""
    return Answer(description, {JSON: shape}, headers)


@dataclasses.dataclass(frozen=True)
class Call:
    """What a route declares beside its method and path. ``right`` is what it takes to call it, None for nothing.

    ``further`` gives the rights that the view itself will ask for, for the request at hand: whoever lacks ``right`` is
    told of them too. The first line of ``text`` is the summary.
    ``body`` is shapes by media type. ``problems`` are its errors; those of its parameters, of a write and
    of the length of a body are added, and need not be named again.
    """

    name: str
    text: str
    tag: str
    right: Needed | None
    answers: Mapping[int, Answer]
    problems: tuple[ProblemKind, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    body: Mapping[str, Shape] | None = None
    security: tuple[Mapping[str, Any], ...] = ()
    further: Callable[[], Collection[Right]] | None = None

    def __post_init__(self) -> None:
        if self.right is not None and self.right not in NEEDED:
            raise ValueError(f"{self.name} needs the right {self.right!r}; known: {', '.join(NEEDED)}")
        if not self.text:
            raise ValueError(f"{self.name} has no docstring, which is its description")


class Api(Blueprint):
    """A blueprint whose routes declare themselves; ``tag`` groups them in the document.

    Each of its calls has those ``path_parameters`` that its path names, and may answer ``problems``. A query parameter
    that a route does not declare is a Problem 400, unless this API ``takes_any_query``.
    """

    def __init__(  # noqa: PLR0913 - what its calls share is given by name
        self,
        name: str,
        import_name: str,
        url_prefix: str | None = None,
        tag: str | None = None,
        takes_any_query: bool = False,
        *,
        path_parameters: Collection[Parameter] = (),
        problems: tuple[ProblemKind, ...] = (),
    ) -> None:
        super().__init__(name, import_name, url_prefix=url_prefix)
        self._tag, self._path_parameters, self._problems = tag or name, path_parameters, problems
        self._takes_any_query = takes_any_query

    def call(
        self,
        method: str,
        path: str,
        *,
        right: Needed | None,
        answers: Mapping[int, Answer],
        name: str | None = None,
        **more: Any,
    ) -> Callable[[View], View]:
        """Route the function that follows, whose docstring describes the call; ``more`` is the rest of Call.

        ``name`` is the function's own where it is left out.
        """
        of_path = tuple(one for one in self._path_parameters if one.name in PLACE_IN_PATH.findall(path))
        more["parameters"] = (*of_path, *more.get("parameters", ()))
        more["problems"] = (*self._problems, *more.get("problems", ()))

        def register(view: View) -> View:
            text = inspect.getdoc(view) or ""
            declared = Call(name or view.__name__, text, self._tag, right, answers, **more)
            called = view if self._takes_any_query else _with_checked_query(view, declared)
            self.add_url_rule(path, declared.name, called, methods=[method])
            self.record(lambda state: _keep(state, declared))
            return view

        return register


def _with_checked_query(view: View, declared: Call) -> Callable[..., Any]:
    names = frozenset(one.name for one in declared.parameters if one.place == "query")

    @functools.wraps(view)
    def called(**values: Any) -> Any:
        refuse_unknown_arguments(names)
        return view(**values)

    return called


def refuse_unknown_arguments(names: Collection[str]) -> None:
    """Problem 400 for a query parameter that has another name than these, or that comes twice."""
    for name, values in request.args.lists():
        if name not in names:
            raise UNKNOWN_PARAMETER.at(f"?{name[:50]}", f"There is no query parameter {name[:50]!r}.")
        if len(values) > 1:
            raise REPEATED_PARAMETER.at(f"?{name}", f"The query parameter {name!r} comes twice.")


def _keep(state: BlueprintSetupState, declared: Call) -> None:
    endpoint = ".".join(filter(None, (state.name_prefix, state.name, declared.name)))
    declared_calls(state.app)[endpoint] = declared


def declared_calls(app: App) -> dict[str, Call]:
    """By endpoint."""
    found: dict[str, Call] = app.extensions.setdefault(_KEY, {})
    return found


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """``value`` as msgspec writes it: a struct, or what holds some."""
    return Response(_encoder.encode(value), status, headers, content_type=JSON)
