"""Which problems a call may answer, and how an OpenAPI document says so.

Tests compare every answer that they see with the document.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from stackroom_kit.problems import CONTENT_TYPE as PROBLEM_JSON
from stackroom_kit.problems import ProblemKind
from stackroom_kit.request_id import HEADER as REQUEST_ID

Schema = Mapping[str, Any]
REQUEST_ID_HEADER: Schema = {
    "description": "The client's own `X-Request-ID` if it is plain, else a new one; the logs have it too.",
    "required": True,
    "schema": {"type": "string"},
}
TEXT: Schema = {"type": "string"}


def by_status(kinds: Iterable[ProblemKind]) -> dict[int, set[str]]:
    """The codes of every status."""
    found: dict[int, set[str]] = {}
    for kind in kinds:
        found.setdefault(kind.status, set()).add(kind.code)
    return found


def problem_schema(codes_of_places: Collection[str]) -> Schema:
    """``codes_of_places`` are what single fields and parameters may have wrong."""
    place = {
        "pointer": {**TEXT, "description": "A JSON pointer into the body, `?name` for a parameter, a header's name."},
        "code": {"enum": sorted(codes_of_places)},
        "detail": TEXT,
    }
    properties = {
        "type": {**TEXT, "description": "`urn:stackroom:problem:` and the code."},
        "title": TEXT,
        "status": {"type": "integer"},
        "code": {**TEXT, "description": "A stable word."},
        "detail": TEXT,
        "instance": {**TEXT, "description": "The path of the request."},
        "errors": {
            "type": "array",
            "items": {"type": "object", "required": list(place), "properties": place},
        },
    }
    description = "An error (RFC 9457); `errors` name each wrong place."
    return {"type": "object", "description": description, "required": list(properties), "properties": properties}


def _header(description: str, is_required: bool = True, schema: Schema = TEXT) -> dict[str, Any]:
    return {"description": description, "required": is_required, "schema": schema}


RETRY_AFTER = _header("Seconds to wait before the request is sent again.", schema={"type": "integer", "minimum": 1})
HEADERS: Mapping[int, Mapping[str, Any]] = {
    401: {"WWW-Authenticate": _header("Which token is wanted.")},
    403: {"WWW-Authenticate": _header("Which rights are missing, where it is rights.", is_required=False)},
    405: {"Allow": _header("The methods of this path.")},
    412: {"ETag": _header("That of the row as it is now.", is_required=False)},
    415: {
        "Accept-Post": _header("The types that are taken, where the type is not.", is_required=False),
        "Accept-Encoding": _header("The encodings that are taken, where the encoding is not.", is_required=False),
    },
    416: {"Content-Range": _header("How many bytes there are.")},
    429: {"Retry-After": RETRY_AFTER},
    503: {"Retry-After": RETRY_AFTER},
}


def problem_answer(status: int, codes: Collection[str]) -> dict[str, Any]:
    """The response object of a status whose problem has one of these codes."""
    narrowed = {"properties": {"status": {"const": status}, "code": {"enum": sorted(codes)}}}
    return {
        "description": f"{HTTPStatus(status).phrase}: {', '.join(sorted(codes))}.",
        "headers": {REQUEST_ID: {"$ref": f"#/components/headers/{REQUEST_ID}"}, **HEADERS.get(status, {})},
        "content": {PROBLEM_JSON: {"schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}, narrowed]}}},
    }


def codes_of(answer: Mapping[str, Any]) -> list[str]:
    """The codes of a response object, nothing where it is no problem."""
    if PROBLEM_JSON not in answer.get("content", {}):
        return []
    codes: list[str] = answer["content"][PROBLEM_JSON]["schema"]["allOf"][1]["properties"]["code"]["enum"]
    return codes


def operations_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and operation object of every call."""
    for path, calls in document["paths"].items():
        yield from ((method.upper(), path, operation) for method, operation in calls.items())


def _sometimes(header: Mapping[str, Any]) -> Mapping[str, Any]:
    return header if "$ref" in header else {**header, "required": False}


def add_problems(operation: dict[str, Any], added: Iterable[ProblemKind]) -> None:
    """Further problems of an operation, beside those that it has under the same statuses, and its other answers."""
    answers = operation["responses"]
    for status, codes in by_status(added).items():
        own = answers.get(str(status), {})
        problem = problem_answer(status, {*codes, *codes_of(own)})
        if set(own.get("content", {})) - {PROBLEM_JSON}:
            problem["description"] = f"{own['description']} Or {problem['description']}"
            problem["headers"] = {name: _sometimes(header) for name, header in problem["headers"].items()}
        problem["content"] = {**own.get("content", {}), **problem["content"]}
        problem["headers"] = {**own.get("headers", {}), **problem["headers"]}
        answers[str(status)] = problem
    operation["responses"] = dict(sorted(answers.items()))
