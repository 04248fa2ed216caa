"""Errors as ``application/problem+json`` (RFC 9457); every code is a stable English word."""

import dataclasses
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from stackroom_kit.disk_room import FULL, NoRoomError

CONTENT_TYPE = "application/problem+json"
# Of what Flask refuses by itself. Python's own phrases are no codes: they change from version to version.
_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    413: "too_large",
    414: "uri_too_long",
    415: "unsupported_media_type",
    416: "range_not_satisfiable",
    503: "unavailable",
}
logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class FieldError:
    """One wrong place: ``pointer`` is a JSON pointer into the body or ``?name`` for a query parameter."""

    pointer: str
    code: str
    detail: str


class Problem(Exception):
    """An answer that is an error; raised anywhere in a request."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})

    def body(self, instance: str) -> dict[str, Any]:
        """``instance`` is the path of the request that failed."""
        return {
            "type": f"urn:stackroom:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "instance": instance,
            "errors": [dataclasses.asdict(error) for error in self.errors],
        }

    def encode(self, instance: str) -> bytes:
        return json.dumps(self.body(instance), ensure_ascii=False).encode("utf-8", "replace")


@dataclasses.dataclass(frozen=True)
class ProblemKind:
    """A problem by its status and its code, which stand here alone: raised by calling it, and listed by the calls.

    ``retry_after`` is in seconds, 0 where the answer does not say it.
    """

    status: int
    code: str
    retry_after: int = 0

    def __call__(self, detail: str, *errors: FieldError, headers: Mapping[str, str] | None = None) -> Problem:
        retry = {"Retry-After": str(self.retry_after)} if self.retry_after else {}
        return Problem(self.status, self.code, detail, errors, {**retry, **(headers or {})})

    def at(self, pointer: str, detail: str) -> Problem:
        """For one wrong place: a JSON pointer, ``?name`` of a parameter, or nothing for the body as a whole."""
        return self(detail, FieldError(pointer, self.code, detail))


BAD_REQUEST = ProblemKind(400, "bad_request")
NOT_FOUND = ProblemKind(404, "not_found")
METHOD_NOT_ALLOWED = ProblemKind(405, "method_not_allowed")
PRECONDITION_FAILED = ProblemKind(412, "precondition_failed")
TOO_LARGE = ProblemKind(413, "too_large")
UNSUPPORTED_MEDIA_TYPE = ProblemKind(415, "unsupported_media_type")
RANGE_NOT_SATISFIABLE = ProblemKind(416, "range_not_satisfiable")
INTERNAL_ERROR = ProblemKind(500, "internal_error")
DISK_LOW = ProblemKind(503, "disk_low", retry_after=60)
UNEXPECTED = (INTERNAL_ERROR, DISK_LOW)  # of any call, whatever it does (``of_exception``)


def of_exception(error: Exception) -> Problem:
    """503 for a full disk, which is nobody's mistake and passes; 500 for what should not happen."""
    if isinstance(error, OSError) and error.errno in FULL:
        return DISK_LOW("The disk of this service is full.")
    return INTERNAL_ERROR("The server met an unexpected error; the log has it under the request id.")


def disk_low(error: OSError, disk: str) -> Problem:
    """Problem 503 that says which disk it is, and what it has no room for."""
    reason = f"has {error.strerror}" if isinstance(error, NoRoomError) else "is full"
    return DISK_LOW(f"{disk} {reason}.")


@contextmanager
def full_disk_is_a_problem(disk: str) -> Iterator[None]:
    """Problem 503 where a write inside of the block finds no room; ``disk`` as in "The gateway's disk"."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise disk_low(error, disk) from error


def respond(problem: Problem) -> Response:
    answer = Response(problem.encode(request.path), problem.status, content_type=CONTENT_TYPE)
    answer.headers.update(problem.headers)
    return answer


def _from_http_exception(error: HTTPException) -> Response:
    status = error.code or 500
    code = _CODES.get(status, "bad_request" if status < 500 else "internal_error")
    answer = respond(Problem(status, code, error.description or HTTPStatus(status).phrase))
    kept = {"Allow", "Retry-After", "Location"}
    answer.headers.extend([(name, value) for name, value in error.get_headers() if name in kept])
    if isinstance(error, MethodNotAllowed):
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return answer


def _from_exception(error: Exception) -> Response:
    logger.error("unexpected error in %s %s", request.method, request.path, exc_info=error)
    return respond(of_exception(error))


def register_problems(app: Flask) -> None:
    """Every error of ``app``, expected or not, is answered as a problem."""
    app.register_error_handler(Problem, respond)
    app.register_error_handler(HTTPException, _from_http_exception)
    app.register_error_handler(Exception, _from_exception)
