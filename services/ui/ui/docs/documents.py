"""The OpenAPI documents as clients of the gateway need them: the services' own, with what the gateway may answer."""

from collections.abc import Callable
from typing import Any

from stackroom_kit.described_problems import Codes, add_problems, operations_of, together
from stackroom_kit.guard import HOST_PROBLEMS, SITE_PROBLEMS, WRITING
from stackroom_kit.openapi import PATH
from stackroom_kit.problems import UNEXPECTED
from ui.proxy.body import BODY_PROBLEMS
from ui.proxy.request_target import TARGET_PROBLEMS
from ui.proxy.trusted_proxies import current_prefix
from ui.proxy.upstream import UPSTREAM_PROBLEMS, Upstream
from ui.server.client_connection import CONNECTION_PROBLEMS
from ui.server.refusals import REFUSAL_PROBLEMS

NOTE = (
    " Through the gateway every GET takes HEAD as well, OPTIONS names the methods of a path, any other method is 405"
    " with `Allow`, and what has no route is 404."
)
NO_ROUTE = {404: ("not_found",)}  # a part of the path that is no id
ANY = together(UNEXPECTED, HOST_PROBLEMS, TARGET_PROBLEMS, UPSTREAM_PROBLEMS, REFUSAL_PROBLEMS)
WRITE = together(ANY, SITE_PROBLEMS, BODY_PROBLEMS, CONNECTION_PROBLEMS)


def problems_of(method: str, path: str) -> Codes:
    """What the gateway itself may answer; 404 too where ``path`` has parameters, which not every text may be."""
    own = WRITE if method in WRITING else ANY
    return together(own, NO_ROUTE) if "{" in path else own


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
        status, document = upstream.read_json(PATH)
        if status != 200:
            raise upstream.unreadable()
        return through_gateway(document)

    return view
