"""A session or a token becomes an actor: asked by the gateway before it reads a body."""

from sqlalchemy import Engine

from identity import sessions, tokens
from identity.sessions import Lifetime
from stackroom_kit.actor import (
    INVALID_TOKEN,
    SESSION_OVER,
    TOKEN_EXPIRED,
    TOKEN_FROM_ELSEWHERE,
    TOKEN_REVOKED,
    UNKNOWN_TOKEN,
    Actor,
    malformed_token,
)
from stackroom_kit.peppers import Peppers
from stackroom_kit.problems import Problem, ProblemKind
from stackroom_kit.rights import rights_of
from stackroom_kit.token_form import API_TOKEN


def _invalid(kind: ProblemKind, detail: str) -> Problem:
    return kind(detail, headers=INVALID_TOKEN)


def actor_of_session(engine: Engine, secret: str, lifetime: Lifetime, address: str) -> Actor:
    """Problem 401."""
    found = sessions.find(engine, secret, lifetime)
    if found is None:
        raise _invalid(SESSION_OVER, "This session is over; sign in again.")
    rights = rights_of(found.role)
    return Actor(str(found.user_id), found.name, "user", found.role, rights, str(found.id), address)


def actor_of_token(engine: Engine, shown: str, peppers: Peppers, address: str) -> Actor:
    """With those of its scopes that its owner has now. Problem 401; of a text that is no token without a query."""
    if API_TOKEN.key_of(shown) is None:
        raise malformed_token()
    found = tokens.find(engine, shown, peppers)
    if found is None or found.is_disabled:
        raise _invalid(UNKNOWN_TOKEN, "This token is not known.")
    if found.is_revoked:
        raise _invalid(TOKEN_REVOKED, "This token was taken back.")
    if found.is_expired:
        raise _invalid(TOKEN_EXPIRED, "This token's time is over; make a new one.")
    if not found.is_allowed_from(address):
        raise _invalid(TOKEN_FROM_ELSEWHERE, "This token may not be used from this network.")
    if found.is_noted_long_ago:
        tokens.note_use(engine, found.id)
    rights = tuple(right for right in rights_of(found.role) if right in found.scopes)
    return Actor(str(found.user_id), found.name, "token", found.role, rights, str(found.id), address)
