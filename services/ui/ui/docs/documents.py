"""The OpenAPI documents as clients of the gateway need them: the services' own, with what the gateway may answer."""

import json
from collections.abc import Callable
from typing import Any

from urllib3.exceptions import HTTPError

from stackroom_kit.described_problems import add_problems, operations_of
from stackroom_kit.openapi import PATH
from stackroom_kit.problems import Problem
from stackroom_kit.request_id import HEADER, current_request_id
from ui.docs.problems import problems_of
from ui.proxy.front import current_prefix
from ui.proxy.upstream import Upstream

READ_SECONDS = 5.0
MAX_BYTES = 4 * 1024 * 1024
NOTE = (
    " Through the gateway every GET takes HEAD as well, OPTIONS names the methods of a path, any other method is 405"
    " with `Allow`, and what has no route is 404."
)


def served_at() -> list[dict[str, str]]:
    """The gateway's root, which a proxy may have moved."""
    return [{"url": current_prefix() or "/"}]


def through_gateway(document: dict[str, Any]) -> dict[str, Any]:
    """``document`` itself, changed: the gateway passes no token on, and answers some requests in a service's place."""
    for method, path, operation in operations_of(document):
        operation.pop("security", None)
        operation["responses"].pop("401", None)
        add_problems(operation, problems_of(method, path))
    document["components"].pop("securitySchemes", None)
    document["info"]["description"] += NOTE
    document["servers"] = served_at()
    return document


def document_view(upstream: Upstream) -> Callable[[], dict[str, Any]]:
    """Asked anew each time, since services are upgraded on their own. Problem 502 to 504 where one is away."""

    def view() -> dict[str, Any]:
        return through_gateway(_read(upstream))

    return view


def _read(upstream: Upstream) -> dict[str, Any]:
    answer = upstream.send("GET", PATH, {HEADER: current_request_id()}, None, read_seconds=READ_SECONDS)
    try:
        body: dict[str, Any] = json.loads(answer.read(MAX_BYTES, decode_content=False))
    except (HTTPError, OSError, ValueError) as error:
        raise _unreadable(upstream) from error
    finally:
        answer.close()
    if answer.status != 200:
        raise _unreadable(upstream)
    return body


def _unreadable(upstream: Upstream) -> Problem:
    return Problem(502, "bad_upstream_answer", f"The document of the {upstream.name} cannot be read.")
