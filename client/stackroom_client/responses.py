"""What an HTTP response or a broken connection means: a value, a refusal, or a failure that may pass."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from requests import exceptions

from stackroom_client.errors import Refused, TransientError, Unreachable, UsageError
from stackroom_client.retry import retry_after_seconds
from stackroom_client.texts import one_line

PASSING = frozenset({408, 429, 502, 503, 504})
CUT_ON_THE_WAY = "incomplete_body"  # the server saw less of the body than was sent: a connection broke in between
FORBIDDEN = "forbidden"  # the code where a right is missing
LONGEST_DETAIL = 500
FOR_GOOD = (exceptions.InvalidURL, exceptions.InvalidSchema, exceptions.MissingSchema, exceptions.InvalidHeader)


def check(answer: requests.Response, server: str) -> None:
    """Nothing for 2xx. TransientError, Refused, Unreachable or UsageError for the rest."""
    if answer.status_code < 300:
        return
    if answer.status_code < 400:
        target = one_line(answer.headers.get("Location", "nowhere"))
        raise UsageError(f"{server} sends elsewhere, to {target}: give the server's own address with --url")
    problem = _problem(answer)
    code = str(problem.get("code", ""))
    text = _text(answer, problem)
    if answer.status_code in PASSING or code == CUT_ON_THE_WAY:
        raise TransientError(text, retry_after_seconds(answer.headers.get("Retry-After")))
    if answer.status_code >= 500:
        raise Unreachable(text)
    raise Refused(answer.status_code, code, text)


def decoded(answer: requests.Response, server: str) -> Any:
    """The JSON value of a good answer; UsageError where it is none, since that is then no Stackroom server."""
    try:
        return answer.json()
    except ValueError:
        kind = one_line(answer.headers.get("Content-Type", "no type"))
        raise UsageError(
            f"{server} answered {answer.status_code} with {kind} and no JSON: is that a Stackroom server?"
        ) from None


def _problem(answer: requests.Response) -> dict[str, Any]:
    """The fields of an ``application/problem+json`` body; nothing where it is something else."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _text(answer: requests.Response, problem: dict[str, Any]) -> str:
    """The detail, then a line for each wrong field, then the request's id for our own faults."""
    detail = one_line(problem.get("detail") or answer.reason or "no reason given", LONGEST_DETAIL)
    lines = [f"{detail} ({' '.join(filter(None, [str(answer.status_code), one_line(problem.get('code', ''))]))})"]
    errors = problem.get("errors")
    errors = [error for error in (errors if isinstance(errors, list) else ()) if isinstance(error, dict)]
    errors = [] if problem.get("code") == FORBIDDEN else errors  # the detail names each right already
    lines += [_field_error(error, problem.get("detail")) for error in errors]
    request_id = answer.headers.get("X-Request-ID")
    if answer.status_code >= 500 and request_id:
        lines.append(f"  request id: {one_line(request_id)}")
    return "\n".join(lines)


def _field_error(error: dict[str, Any], said: Any) -> str:
    """Its place, and its sentence unless that was said already."""
    place, detail = one_line(error.get("pointer") or "(all)"), one_line(error.get("detail", ""), LONGEST_DETAIL)
    sentence = "" if error.get("detail") == said else f"{detail} "
    return f"  {place}: {sentence}({one_line(error.get('code', ''))})"


@contextmanager
def connection_errors(server: str) -> Iterator[None]:
    """Failures of the connection inside the block become TransientError; those that cannot pass, an error."""
    try:
        yield
    except FOR_GOOD as error:
        raise UsageError(f"{server} cannot be used as an address: {error}") from None
    except exceptions.SSLError as error:
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
            raise Unreachable(f"{server} cannot be trusted: {_innermost(error)}") from None
        raise TransientError(f"{server}: {_innermost(error)}") from None
    except exceptions.ConnectTimeout:
        raise TransientError(f"{server} does not take the connection") from None
    except exceptions.Timeout:
        raise TransientError(f"{server} does not answer") from None
    except requests.RequestException as error:
        raise TransientError(f"{server}: {_innermost(error)}") from None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what lies below it: libraries hand it on as cause, as ``reason`` or as an argument."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and not any(one is other for other in seen):
            seen.append(one)
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
            yield one


def _innermost(error: BaseException) -> str:
    """The operating system's own words where there are any."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message
    for cause in causes:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
    if isinstance(error, exceptions.ChunkedEncodingError):
        return "the answer broke off"
    return "the connection broke off"
