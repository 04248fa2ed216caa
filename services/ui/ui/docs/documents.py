"""The OpenAPI documents as clients of the gateway need them: the services' own, with what the gateway may answer."""

from collections.abc import Callable
from typing import Any

from stackroom_kit.actor import CREDENTIAL_PROBLEMS
from stackroom_kit.authorization import SECURITY_SCHEMES
from stackroom_kit.body_length import INCOMPLETE_BODY, LENGTH_REQUIRED
from stackroom_kit.described_problems import add_problems, operations_of
from stackroom_kit.guard import CROSS_SITE, HOST_PROBLEMS, WRITING
from stackroom_kit.openapi import PATH
from stackroom_kit.problems import BAD_REQUEST, NOT_FOUND, TOO_LARGE, UNEXPECTED, ProblemKind
from ui.problems import (
    BAD_CONTENT_LENGTH,
    BAD_QUERY,
    BAD_REQUEST_TARGET,
    BAD_UPSTREAM_ANSWER,
    BODY_TOO_SLOW,
    IDENTITY_UNAVAILABLE,
    TOO_MANY_BODIES,
    TOO_MANY_CONNECTIONS,
    UPSTREAM_BUSY,
    UPSTREAM_TIMEOUT,
    UPSTREAM_UNREACHABLE,
)
from ui.proxy.trusted_proxies import current_prefix
from ui.proxy.upstream import Upstream
from ui.server.refusals import SPECIAL

NOTE = (
    " Through the gateway every GET takes HEAD as well, OPTIONS names the methods of a path, any other method is 405"
    " with `Allow`, and what has no route is 404."
)
REFUSED = tuple(kind for kind, _ in SPECIAL.values())
UPSTREAM = (BAD_UPSTREAM_ANSWER, UPSTREAM_UNREACHABLE, UPSTREAM_BUSY, UPSTREAM_TIMEOUT)
ANY = (
    *CREDENTIAL_PROBLEMS, IDENTITY_UNAVAILABLE, *UNEXPECTED, *HOST_PROBLEMS,
    BAD_QUERY, BAD_REQUEST_TARGET, *UPSTREAM, *REFUSED, BAD_REQUEST, TOO_MANY_CONNECTIONS,
)  # fmt: skip
BODY = (BAD_CONTENT_LENGTH, INCOMPLETE_BODY, LENGTH_REQUIRED, TOO_LARGE, BODY_TOO_SLOW, TOO_MANY_BODIES)
WRITE = (*ANY, CROSS_SITE, *BODY)


def problems_of(method: str, path: str) -> tuple[ProblemKind, ...]:
    """What the gateway itself may answer; 404 too where ``path`` has parameters, which not every text may be."""
    own = WRITE if method in WRITING else ANY
    return (*own, NOT_FOUND) if "{" in path else own


def served_at() -> list[dict[str, str]]:
    """The gateway's root, which a proxy may have moved."""
    return [{"url": current_prefix() or "/"}]


def through_gateway(document: dict[str, Any]) -> dict[str, Any]:
    """``document`` itself, changed: the gateway passes no service token on, and answers some requests in its place."""
    for method, path, operation in operations_of(document):
        said = operation.get("security", ())
        operation["security"] = [one for one in said if one and set(one) <= set(SECURITY_SCHEMES)]
        add_problems(operation, problems_of(method, path))
    document["components"]["securitySchemes"] = SECURITY_SCHEMES
    document["info"]["description"] += NOTE
    document["servers"] = served_at()
    return document


def document_view(upstream: Upstream) -> Callable[[], dict[str, Any]]:
    """Asked anew each time, since services are upgraded on their own. Problem 502 to 504 where one is away."""

    def view() -> dict[str, Any]:
        status, document = upstream.read_json(PATH)
        if status != 200:
            raise upstream.unreadable()
        return through_gateway(document)

    return view
