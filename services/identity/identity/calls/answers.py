"""Who somebody is, as the calls tell it; and a new session as an answer."""

from uuid import UUID

import msgspec
from flask import Response, request
from sqlalchemy import Connection

from identity import sessions, users
from identity.calls import cookies
from identity.services import services
from identity.sessions import Browser
from identity.sign_in_limits import network_of
from stackroom_kit.actor import Actor, Kind
from stackroom_kit.api import json_answer
from stackroom_kit.authorization import current_actor
from stackroom_kit.rights import Right, rights_of


class Me(msgspec.Struct):
    """``kind`` says by what: a session is that of a ``user``. Who ``is_from_provider`` has no password here."""

    id: str
    name: str
    kind: Kind
    role: str
    rights: list[Right]
    is_from_provider: bool


def me_of(actor: Actor, is_from_provider: bool) -> Me:
    return Me(actor.id, actor.name, actor.kind, actor.role, list(actor.rights), is_from_provider)


def _signed_in_as(user: users.User) -> Me:
    return Me(str(user.id), user.name, "user", user.role, list(rights_of(user.role)), user.is_from_provider)


def start_session(connection: Connection, user_id: UUID) -> str:
    """A new secret; the session that the browser had is over, so that nobody who knew it profits from the sign-in."""
    actor = current_actor()
    if actor.kind == "user":
        sessions.end(connection, UUID(actor.id), UUID(actor.credential))
    users.note_sign_in(connection, user_id, network_of(actor.address))
    browser = Browser(actor.address, request.headers.get("User-Agent", ""))
    return sessions.start(connection, user_id, browser, services().lifetime)


def session_answer(user: users.User, secret: str, status: int = 200) -> Response:
    response = json_answer(_signed_in_as(user), status)
    cookies.remember(response, secret)
    return response
