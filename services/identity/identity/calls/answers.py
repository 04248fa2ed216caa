"""Who somebody is, as the calls tell it; and a new session as an answer."""

from uuid import UUID

import msgspec
from flask import Response, request
from sqlalchemy import Connection

from identity import sessions, users
from identity.calls import cookies
from identity.sessions import Browser
from identity.sign_in_limits import network_of
from identity.state import State
from stackroom_kit.actor import Actor, Kind
from stackroom_kit.api import json_answer
from stackroom_kit.authorization import current_actor
from stackroom_kit.rights import Right, Role, rights_of


class Me(msgspec.Struct):
    """``kind`` says by what: a session is that of a ``user``."""

    id: str
    name: str
    kind: Kind
    role: str
    rights: list[Right]


def me_of(actor: Actor) -> Me:
    return Me(actor.id, actor.name, actor.kind, actor.role, list(actor.rights))


def signed_in_as(user_id: UUID, name: str, role: Role) -> Me:
    return Me(str(user_id), name, "user", role, list(rights_of(role)))


def browser() -> Browser:
    """Of the request at hand."""
    return Browser(current_actor().address, request.headers.get("User-Agent", ""))


def start_session(connection: Connection, user_id: UUID, state: State) -> str:
    """A new secret; the session that the browser had is over, so that nobody who knew it profits from the sign-in."""
    actor, here = current_actor(), browser()
    if actor.kind == "user":
        sessions.end(connection, UUID(actor.id), UUID(actor.credential))
    users.note_sign_in(connection, user_id, network_of(here.address))
    return sessions.start(connection, user_id, here, state.lifetime)


def session_answer(user: users.User, secret: str, state: State, status: int = 200) -> Response:
    response = json_answer(signed_in_as(user.id, user.name, user.role), status)
    cookies.remember(response, secret, state.lifetime.days)
    return response
