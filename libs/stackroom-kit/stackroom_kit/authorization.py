"""Every call needs the right that it declares; what declares none is refused, not allowed."""

from typing import Any

from flask import Flask, g, request

from stackroom_kit.actor import (
    ACTOR_REFUSED,
    BEARER,
    FORBIDDEN,
    HEADER,
    LOCAL,
    SESSION_NEEDED,
    SIGN_IN_NEEDED,
    Actor,
    ActorSigner,
    request_to_sign,
)
from stackroom_kit.api import Call, declared_calls
from stackroom_kit.cookies import SESSION
from stackroom_kit.problems import FieldError, Problem, ProblemKind
from stackroom_kit.rights import Needed, Right, missing

UNDECLARED = ProblemKind(403, "undeclared_call")
# What says nothing of anybody's data: health, and the description of the calls.
OPEN_ENDPOINTS = frozenset({"health", "health_ready", "openapi"})


def current_actor() -> Actor:
    """Who makes the request at hand."""
    actor: Actor = g.actor
    return actor


def require_rights(*needed: Right) -> None:
    """Problem 401 for nobody, 403 for somebody who lacks some of them; it names every one (RFC 6750)."""
    actor = current_actor()
    lacking = missing(needed, actor.rights)
    if lacking:
        raise forbidden(lacking) if actor.is_somebody else sign_in_needed()


def require_somebody() -> Actor:
    """Problem 401 for nobody."""
    actor = current_actor()
    if not actor.is_somebody:
        raise sign_in_needed()
    return actor


def require_session() -> Actor:
    """Problem 401 for nobody, 403 for a token: it must not be able to outlive itself."""
    actor = require_somebody()
    if actor.kind != "user":
        raise SESSION_NEEDED("This call needs a browser's session; a token may not make it.")
    return actor


def sign_in_needed() -> Problem:
    detail = "This call needs somebody who signed in, or a token."
    return SIGN_IN_NEEDED(detail, headers={"WWW-Authenticate": BEARER})


def forbidden(lacking: list[Right]) -> Problem:
    words = " ".join(lacking)
    challenge = f'{BEARER}, error="insufficient_scope", scope="{words}"'
    errors = [FieldError("", FORBIDDEN.code, f"The right {right!r} is missing.") for right in lacking]
    detail = f"This call needs rights that you do not have: {words}."
    return FORBIDDEN(detail, *errors, headers={"WWW-Authenticate": challenge})


def install_authorization(app: Flask, signer: ActorSigner | None) -> None:
    """Behind the guard, and before anything reads a body. Without a signer nobody is asked, and the actor is LOCAL."""

    def authorize() -> None:
        if signer is None:
            g.actor = LOCAL
        elif request.endpoint not in OPEN_ENDPOINTS:
            g.actor = signer.verified(request.headers.get(HEADER, ""), request_to_sign())
            if request.endpoint is not None:  # else there is no such call, which Flask itself says
                authorize_call(app, request.endpoint)

    app.before_request(authorize)


def authorize_call(app: Flask, endpoint: str) -> None:
    """Problem 401 or 403 where the actor at hand lacks what the call declares, or it declares nothing."""
    call = declared_calls(app).get(endpoint)
    if call is None:
        raise UNDECLARED("This call declares no right, so nobody may make it.")
    _require(call)


def _require(call: Call) -> None:
    if call.right is None:
        return
    if call.right == "somebody":
        require_somebody()
    elif call.right == "session":
        require_session()
    elif call.right not in current_actor().rights:
        further = call.further() if call.further and current_actor().is_somebody else ()
        require_rights(call.right, *further)


def security_of(right: Needed | None) -> tuple[dict[str, Any], ...]:
    """For the document of a call: a session or a token, with the right as the role that is needed."""
    if right is None:
        return ()
    roles = [] if right in {"somebody", "session"} else [right]
    return ({"session": roles},) if right == "session" else ({"session": roles}, {"token": roles})


def refusals_of(right: Needed | None) -> tuple[ProblemKind, ...]:
    """What a service answers, before it does anything, to whoever lacks what a call needs."""
    if right is None:
        return (ACTOR_REFUSED,)
    own: dict[Needed, tuple[ProblemKind, ...]] = {"somebody": (), "session": (SESSION_NEEDED,)}
    return (ACTOR_REFUSED, SIGN_IN_NEEDED, *own.get(right, (FORBIDDEN,)))


SECURITY_SCHEMES = {
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION, "description": "Of a browser that signed in."},
    "token": {"type": "http", "scheme": "bearer", "description": "An API token: `sr1_…`."},
}
