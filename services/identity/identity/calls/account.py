"""What everybody may do with what is his own: see who he is, change his password, end his sessions."""

import datetime
from uuid import UUID

import msgspec
from flask import Response

from identity import sessions, stored_passwords, users
from identity.calls import cookies
from identity.calls.answers import Me, me_of, session_answer, start_session
from identity.calls.bodies import Ended, Secret, as_id
from identity.passwords import check_new_password
from identity.problems import (
    FROM_PROVIDER,
    PASSWORD_PROBLEMS,
    SIGN_IN_BUSY,
    TOO_MANY_TRIES,
    WRONG_CREDENTIALS,
)
from identity.services import services
from stackroom_kit.actor import BEARER, Actor
from stackroom_kit.api import JSON, Answer, Api, json_answer, json_of
from stackroom_kit.arguments import id_parameter
from stackroom_kit.authorization import current_actor
from stackroom_kit.json_struct import STRUCT_PROBLEMS, json_struct
from stackroom_kit.problems import NOT_FOUND, FieldError, Problem
from stackroom_sql.engine import transaction
from stackroom_sql.problems import DATABASE_PROBLEMS

CHANGED = Answer("It is changed.", {JSON: Me}, {"Set-Cookie": "The new session."})
OVER = Answer("It is over.", {JSON: Ended}, sometimes={"Set-Cookie": "Where it was this one."})
NEW_PASSWORD = (*STRUCT_PROBLEMS, *PASSWORD_PROBLEMS, WRONG_CREDENTIALS, FROM_PROVIDER, TOO_MANY_TRIES, SIGN_IN_BUSY)
api = Api(
    "account",
    __name__,
    "/api/identity",
    path_parameters=(id_parameter("session_id", "The id of the session."),),
    problems=DATABASE_PROBLEMS,
)


class ListedSession(msgspec.Struct):
    """``is_this``: it is the one that asks. ``user_agent`` is what its browser says of itself."""

    id: UUID
    is_this: bool
    address: str
    user_agent: str
    created_at: datetime.datetime
    used_at: datetime.datetime
    expires_at: datetime.datetime


class Sessions(msgspec.Struct):
    items: list[ListedSession]
    total: int


class NewPassword(msgspec.Struct, forbid_unknown_fields=True):
    old_password: Secret
    password: Secret


@api.call("GET", "/me", right="somebody", answers={200: json_of(Me, "Who calls.")})
def me() -> Response:
    """Who calls, by what, with which rights, and from where."""
    actor = current_actor()
    with services().engine.connect() as connection:
        is_from_provider = users.is_from_provider(connection, as_id(actor.id))
    return json_answer(me_of(actor, is_from_provider))


@api.call("PUT", "/password", right="session", body={JSON: NewPassword}, answers={200: CHANGED}, problems=NEW_PASSWORD)
def change_password() -> Response:
    """Change the own password; all other sessions end, and this one gets a new cookie."""
    actor, offered, here = current_actor(), json_struct(NewPassword), services()
    check_new_password(offered.password, actor.name)
    user_id = as_id(actor.id)
    with here.engine.connect() as connection:
        users.refuse_provider_user(users.find(connection, user_id))
    old_hash = _checked_old(actor, offered.old_password)
    new_hash = here.passwords.hashed(offered.password)
    with transaction(here.engine) as connection:
        users.lock_admins(connection)
        if not stored_passwords.is_still(connection, user_id, old_hash):
            raise _wrong_password()
        user = users.find(connection, user_id)
        stored_passwords.choose(connection, user_id, new_hash)
        sessions.end_all(connection, user_id)
        secret = start_session(connection, user_id)
    return session_answer(user, secret)


def _wrong_password() -> Problem:
    detail = "The old password is another one."
    place = FieldError("/old_password", WRONG_CREDENTIALS.code, detail)
    return WRONG_CREDENTIALS(detail, place, headers={"WWW-Authenticate": BEARER})


def _checked_old(actor: Actor, password: str) -> str | None:
    """The hash of it. Slowed as a sign-in is, since a stolen session must not be a way to find the password."""
    here = services()
    charged = here.limits.charge(actor.name, actor.address, is_known=True)
    stored = stored_passwords.of_user(here.engine, as_id(actor.id))
    if not here.passwords.check(password, stored, is_known=True).is_right:
        raise _wrong_password()
    here.limits.give_back(charged)
    return stored


@api.call("GET", "/sessions", right="session", answers={200: json_of(Sessions, "The sessions.")})
def list_sessions() -> Response:
    """The own sessions, the last used one first."""
    actor, here = current_actor(), services()
    found = sessions.of_user(here.engine, as_id(actor.id), here.lifetime)
    items = [ListedSession(is_this=str(one.id) == actor.credential, **msgspec.structs.asdict(one)) for one in found]
    return json_answer(Sessions(items, len(items)))


@api.call("DELETE", "/sessions/<uuid:session_id>", right="session", answers={200: OVER})
def end_session(session_id: UUID) -> Response:
    """End one of the own sessions."""
    actor = current_actor()
    with transaction(services().engine) as connection:
        if not sessions.end(connection, as_id(actor.id), session_id):
            raise NOT_FOUND("There is no such session of yours.")
        sessions.forget_allowed_devices(connection, {as_id(actor.id)})
    response = json_answer(Ended("ended", 1))
    if str(session_id) == actor.credential:
        cookies.forget(response)
    return response


@api.call("DELETE", "/sessions", right="session", answers={200: json_of(Ended, "They are over.")})
def end_other_sessions() -> Response:
    """End all own sessions but this one."""
    actor = current_actor()
    with services().engine.connect() as connection:
        count = sessions.end_all(connection, as_id(actor.id), as_id(actor.credential))
    return json_answer(Ended("ended", count))
