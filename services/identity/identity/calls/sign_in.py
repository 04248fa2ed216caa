"""Signing in and out, and the one-time links by which people come in for the first time."""

import logging
from typing import Annotated

import msgspec
from flask import Response
from msgspec import Meta

from identity import links, sessions, users
from identity.calls import cookies
from identity.calls.answers import Me, session_answer, start_session
from identity.calls.bodies import WRITTEN, Name, Secret, as_id, body_as
from identity.oidc import logout
from identity.passwords import Verdict, check_new_password
from identity.problems import (
    BAD_USER_NAME,
    LINK_GONE,
    NAME_TAKEN,
    PASSWORD_LOGIN_OFF,
    PASSWORD_PROBLEMS,
    SIGN_IN_BUSY,
    TOO_MANY_TRIES,
    WRONG_CREDENTIALS,
)
from identity.sign_in_limits import network_of
from identity.state import State
from identity.users import MAX_FULL_NAME, ToSignIn
from stackroom_kit.actor import BEARER
from stackroom_kit.api import JSON, Answer, Api, json_answer, json_of
from stackroom_kit.authorization import current_actor
from stackroom_kit.problems import Problem
from stackroom_sql.engine import transaction
from stackroom_sql.problems import DATABASE_PROBLEMS

logger = logging.getLogger(__name__)
FullName = Annotated[str, Meta(max_length=MAX_FULL_NAME, description="As people write it.")]
COOKIE = {"Set-Cookie": "The session."}
FROM_LINK = (*WRITTEN, *PASSWORD_PROBLEMS, PASSWORD_LOGIN_OFF, LINK_GONE, SIGN_IN_BUSY)


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    password: Secret


class SetUp(msgspec.Struct, forbid_unknown_fields=True):
    """``link`` is what `make up` or `stackroom-admin set-up` printed."""

    link: Secret
    name: Name
    password: Secret
    full_name: FullName | None = None


class PasswordByLink(msgspec.Struct, forbid_unknown_fields=True):
    link: Secret
    password: Secret


class SignedOut(msgspec.Struct):
    """``continue_at`` is where the browser has to go to be signed out at the provider as well, null for nowhere."""

    state: str
    continue_at: str | None


class SignInCalls:
    def __init__(self, state: State) -> None:
        self._state = state

    def sign_in(self) -> Response:
        """Sign in with a name and a password."""
        offered, state = body_as(SignIn), self._state
        self._need_passwords()
        found, verdict = self._checked(offered)
        if found.id is None or not verdict.is_right:
            logger.warning("sign-in refused, of %s from %s", found.id or "nobody known", current_actor().address)
            detail = "The name or the password is wrong, or the user may not sign in."
            raise WRONG_CREDENTIALS(detail, headers={"WWW-Authenticate": BEARER})
        with transaction(state.engine) as connection:
            if verdict.new_hash:
                users.set_password(connection, found.id, verdict.new_hash)
            user, secret = users.find(connection, found.id), start_session(connection, found.id, state)
        if state.local_sign_in == "break_glass":
            logger.warning("break-glass: administrator %s signed in with a password", user.id)
        logger.info("user %s signed in", user.id)
        return session_answer(user, secret, state)

    def _checked(self, offered: SignIn) -> tuple[ToSignIn, Verdict]:
        """The same steps for every name, whether it is known or could be one at all."""
        state, address = self._state, current_actor().address
        name = users.small(offered.name)[:65]  # one more than the longest
        found = users.to_sign_in(state.engine, name, network_of(address), state.local_sign_in == "break_glass")
        charged = state.limits.charge(name, address, found.is_known)
        try:
            verdict = state.passwords.check(offered.password, found.password_hash, found.is_known)
        except Problem:
            state.limits.give_back(charged)
            raise
        if verdict.is_right:
            state.limits.give_back(charged)
        return found, verdict

    def _need_passwords(self) -> None:
        if self._state.local_sign_in == "off":
            raise _password_login_off()

    def sign_out(self) -> Response:
        """End the session at hand; without one nothing happens."""
        actor, sign_on, address = current_actor(), self._state.sign_on, None
        if actor.kind == "user":
            session_id = as_id(actor.credential)
            with transaction(self._state.engine) as connection:
                if sign_on is not None:
                    address = logout.continue_at(connection, session_id, sign_on.config, sign_on.seal)
                sessions.end(connection, as_id(actor.id), session_id)
        response = json_answer(SignedOut("signed_out", address))
        cookies.forget(response)
        return response

    def set_up(self) -> Response:
        """Make the first administrator."""
        offered, state = body_as(SetUp), self._state
        self._need_passwords()
        name = users.user_name(offered.name)
        with transaction(state.engine) as connection:
            if links.use(connection, offered.link) is not None:
                raise links.link_gone()
            check_new_password(offered.password, name)
            password_hash = state.passwords.hashed(offered.password)
            user = users.make_first_admin(connection, name, users.full_name(offered.full_name), password_hash)
            if user is None:
                raise links.link_gone()
            secret = start_session(connection, user.id, state)
        logger.info("user %s is the first administrator", user.id)
        return session_answer(user, secret, state, 201)

    def set_password_by_link(self) -> Response:
        """Choose a password with a one-time link, and sign in."""
        offered, state = body_as(PasswordByLink), self._state
        self._need_passwords()
        with transaction(state.engine) as connection:
            user_id = links.use(connection, offered.link)
            if user_id is None or (user := users.find(connection, user_id)).is_disabled:
                raise links.link_gone()
            if state.local_sign_in == "break_glass" and user.role != "admin":
                raise _password_login_off()
            check_new_password(offered.password, user.name)
            users.set_password(connection, user.id, state.passwords.hashed(offered.password))
            sessions.end_all(connection, user.id)
            secret = start_session(connection, user.id, state)
        logger.info("user %s chose a password by a link", user.id)
        return session_answer(user, secret, state)


def _password_login_off() -> Problem:
    return PASSWORD_LOGIN_OFF("Passwords are not taken here; sign in by the provider.")


def sign_in_api(state: State) -> Api:
    calls, api = SignInCalls(state), Api("sign_in", __name__, "/api/identity", tag="session")
    signed_in = Answer("Who signed in.", {JSON: Me}, COOKIE)
    api.call(
        "POST",
        "/session",
        name="sign_in",
        right=None,
        body={JSON: SignIn},
        answers={200: signed_in},
        problems=(*WRITTEN, PASSWORD_LOGIN_OFF, WRONG_CREDENTIALS, TOO_MANY_TRIES, SIGN_IN_BUSY),
    )(calls.sign_in)
    api.call(
        "DELETE",
        "/session",
        name="sign_out",
        right=None,
        answers={200: json_of(SignedOut, "Nobody is signed in.", **COOKIE)},
        problems=DATABASE_PROBLEMS,
    )(calls.sign_out)
    api.call(
        "POST",
        "/set-up",
        name="set_up",
        right=None,
        body={JSON: SetUp},
        answers={201: signed_in},
        problems=(*FROM_LINK, BAD_USER_NAME, NAME_TAKEN),
    )(calls.set_up)
    api.call(
        "POST",
        "/password/link",
        name="set_password_by_link",
        right=None,
        body={JSON: PasswordByLink},
        answers={200: signed_in},
        problems=FROM_LINK,
    )(calls.set_password_by_link)
    return api
