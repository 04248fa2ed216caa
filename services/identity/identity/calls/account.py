"""What everybody may do with what is his own: see who he is, change his password, end his sessions."""

import datetime
from uuid import UUID

import msgspec
from flask import Response

from identity import sessions, users
from identity.calls import cookies
from identity.calls.answers import Me, me_of, session_answer, start_session
from identity.calls.bodies import WRITTEN, Secret, as_id, body_as, id_parameter
from identity.passwords import check_new_password
from identity.problems import (
    FROM_PROVIDER,
    PASSWORD_PROBLEMS,
    SIGN_IN_BUSY,
    TOO_MANY_TRIES,
    WRONG_CREDENTIALS,
)
from identity.state import State
from stackroom_kit.actor import BEARER, Actor
from stackroom_kit.api import JSON, Answer, Api, json_answer, json_of
from stackroom_kit.authorization import current_actor
from stackroom_kit.problems import NOT_FOUND, FieldError, Problem
from stackroom_sql.engine import transaction
from stackroom_sql.problems import DATABASE_PROBLEMS

SESSION_ID = id_parameter("session_id", "The id of the session.")


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


class Ended(msgspec.Struct):
    """``count`` sessions are over."""

    status: str
    count: int


class NewPassword(msgspec.Struct, forbid_unknown_fields=True):
    old_password: Secret
    password: Secret


def _wrong_password() -> Problem:
    detail = "The old password is another one."
    place = FieldError("/old_password", WRONG_CREDENTIALS.code, detail)
    return WRONG_CREDENTIALS(detail, place, headers={"WWW-Authenticate": BEARER})


class AccountCalls:
    def __init__(self, state: State) -> None:
        self._state = state

    def me(self) -> Response:
        """Who calls, by what, with which rights, and from where."""
        actor = current_actor()
        with self._state.engine.connect() as connection:
            is_from_provider = users.is_from_provider(connection, as_id(actor.id))
        return json_answer(me_of(actor, is_from_provider))

    def change_password(self) -> Response:
        """Change the own password; all other sessions end, and this one gets a new cookie."""
        actor, offered, state = current_actor(), body_as(NewPassword), self._state
        check_new_password(offered.password, actor.name)
        user_id = as_id(actor.id)
        with state.engine.connect() as connection:
            users.refuse_provider_user(users.find(connection, user_id))
        self._check_old(actor, offered.old_password)
        new_hash = state.passwords.hashed(offered.password)
        with transaction(state.engine) as connection:
            user = users.find(connection, user_id)
            users.set_password(connection, user_id, new_hash)
            sessions.end_all(connection, user_id)
            secret = start_session(connection, user_id, state)
        return session_answer(user, secret, state)

    def _check_old(self, actor: Actor, password: str) -> None:
        """Slowed as a sign-in is, since a stolen session must not be a way to find the password."""
        state = self._state
        charged = state.limits.charge(actor.name, actor.address, is_known=True)
        stored = users.stored_password(state.engine, as_id(actor.id))
        if not state.passwords.check(password, stored, is_known=True).is_right:
            raise _wrong_password()
        state.limits.give_back(charged)

    def list_sessions(self) -> Response:
        """The own sessions, the last used one first."""
        actor = current_actor()
        found = sessions.of_user(self._state.engine, as_id(actor.id), self._state.lifetime)
        items = [ListedSession(is_this=str(one.id) == actor.credential, **msgspec.structs.asdict(one)) for one in found]
        return json_answer(Sessions(items, len(items)))

    def end_session(self, session_id: UUID) -> Response:
        """End one of the own sessions."""
        actor = current_actor()
        with self._state.engine.connect() as connection:
            if not sessions.end(connection, as_id(actor.id), session_id):
                raise NOT_FOUND("There is no such session of yours.")
        response = json_answer(Ended("ended", 1))
        if str(session_id) == actor.credential:
            cookies.forget(response)
        return response

    def end_others(self) -> Response:
        """End all own sessions but this one."""
        actor = current_actor()
        with self._state.engine.connect() as connection:
            count = sessions.end_all(connection, as_id(actor.id), as_id(actor.credential))
        return json_answer(Ended("ended", count))


def account_api(state: State) -> Api:
    """Nothing of it needs a role: whoever signed in may do it with what is his own."""
    calls, api = AccountCalls(state), Api("account", __name__, "/api/identity", tag="account")
    api.call(
        "GET",
        "/me",
        name="me",
        right="somebody",
        answers={200: json_of(Me, "Who calls.")},
        problems=DATABASE_PROBLEMS,
    )(calls.me)
    api.call(
        "PUT",
        "/password",
        name="change_password",
        right="session",
        body={JSON: NewPassword},
        answers={200: Answer("It is changed.", {JSON: Me}, {"Set-Cookie": "The new session."})},
        problems=(
            *WRITTEN, *PASSWORD_PROBLEMS, WRONG_CREDENTIALS, FROM_PROVIDER, TOO_MANY_TRIES, SIGN_IN_BUSY,
        ),
    )(calls.change_password)  # fmt: skip
    api.call(
        "GET",
        "/sessions",
        name="list_sessions",
        right="session",
        answers={200: json_of(Sessions, "The sessions.")},
        problems=DATABASE_PROBLEMS,
    )(calls.list_sessions)
    api.call(
        "DELETE",
        "/sessions/<uuid:session_id>",
        name="end_session",
        right="session",
        parameters=(SESSION_ID,),
        answers={200: Answer("It is over.", {JSON: Ended}, sometimes={"Set-Cookie": "Where it was this one."})},
        problems=(NOT_FOUND, *DATABASE_PROBLEMS),
    )(calls.end_session)
    api.call(
        "DELETE",
        "/sessions",
        name="end_other_sessions",
        right="session",
        answers={200: json_of(Ended, "They are over.")},
        problems=DATABASE_PROBLEMS,
    )(calls.end_others)
    return api
