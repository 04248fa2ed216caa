"""What an HTTP answer means: a value, a refusal, or trouble that may pass."""

from typing import Any

import requests

from stackroom_client.errors import Refused, Trouble, Unreachable, UsageError
from stackroom_client.patience import retry_after_seconds
from stackroom_client.texts import one_line

PASSING = frozenset({408, 429, 502, 503, 504})
CUT_ON_THE_WAY = "incomplete_body"  # the server saw less of the body than was sent: a connection broke in between
LONGEST_DETAIL = 500


def check(answer: requests.Response, server: str) -> None:
    """Nothing for 2xx. Trouble, Refused, Unreachable or UsageError for the rest."""
    if answer.status_code < 300:
        return
    if answer.status_code < 400:
        target = one_line(answer.headers.get("Location", "nowhere"))
        raise UsageError(f"{server} sends elsewhere, to {target}: give the server's own address with --url")
    problem = _problem(answer)
    code = str(problem.get("code", ""))
    text = _text(answer, problem)
    if answer.status_code in PASSING or code == CUT_ON_THE_WAY:
        raise Trouble(text, retry_after_seconds(answer.headers.get("Retry-After")))
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
