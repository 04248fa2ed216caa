"""Signing in and out, and the one-time links by which people come in for the first time."""

import logging
from typing import Literal

import msgspec
from flask import Response

from identity import links, sessions, users
from identity.calls import cookies
from identity.calls.answers import Me, session_answer, start_session
from identity.calls.bodies import WRITTEN, FullName, Name, Secret, as_id, body_as
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
from identity.services import services
from identity.sign_in_limits import network_of
from identity.users import ToSignIn
from stackroom_kit.actor import BEARER, Actor
from stackroom_kit.api import JSON, Answer, Api, json_answer, json_of
from stackroom_kit.authorization import current_actor
from stackroom_kit.problems import Problem
from stackroom_sql.engine import transaction
from stackroom_sql.problems import DATABASE_PROBLEMS

logger = logging.getLogger(__name__)
COOKIE = {"Set-Cookie": "The session."}
SIGNED_IN = Answer("Who signed in.", {JSON: Me}, COOKIE)
FROM_LINK = (*WRITTEN, *PASSWORD_PROBLEMS, PASSWORD_LOGIN_OFF, LINK_GONE, SIGN_IN_BUSY)
api = Api("sign_in", __name__, "/api/identity", tag="session", problems=DATABASE_PROBLEMS)


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
    """``continue_at`` is where the browser has to go to be signed out at the provider as well, null for nowhere.

    Who is ``signed_out_here`` came by a provider that gives no way out now, and may still be signed in there.
    """

    state: Literal["signed_out", "signed_out_here"]
    continue_at: str | None


@api.call(
    "POST",
    "/session",
    right=None,
    body={JSON: SignIn},
    answers={200: SIGNED_IN},
    problems=(*WRITTEN, PASSWORD_LOGIN_OFF, WRONG_CREDENTIALS, TOO_MANY_TRIES, SIGN_IN_BUSY),
)
def sign_in() -> Response:
    """Sign in with a name and a password."""
    offered, here = body_as(SignIn), services()
    _need_passwords()
    found, verdict = _checked(offered)
    if found.id is None or not verdict.is_right:
        logger.warning("sign-in refused, of %s from %s", found.id or "nobody known", current_actor().address)
        detail = "The name or the password is wrong, or the user may not sign in."
        raise WRONG_CREDENTIALS(detail, headers={"WWW-Authenticate": BEARER})
    with transaction(here.engine) as connection:
        if verdict.new_hash:
            users.set_password(connection, found.id, verdict.new_hash)
        user, secret = users.find(connection, found.id), start_session(connection, found.id)
    if here.settings.local_sign_in == "break_glass":
        logger.warning("break-glass: administrator %s signed in with a password", user.id)
    logger.info("user %s signed in", user.id)
    return session_answer(user, secret)


def _checked(offered: SignIn) -> tuple[ToSignIn, Verdict]:
    """The same steps for every name, whether it is known or could be one at all."""
    here, address = services(), current_actor().address
    name = users.small(offered.name)[:65]  # one more than the longest
    found = users.to_sign_in(here.engine, name, network_of(address), here.settings.local_sign_in == "break_glass")
    charged = here.limits.charge(name, address, found.is_known)
    try:
        verdict = here.passwords.check(offered.password, found.password_hash, found.is_known)
    except Problem:
        here.limits.give_back(charged)
        raise
    if verdict.is_right:
        here.limits.give_back(charged)
    return found, verdict


def _need_passwords() -> None:
    if services().settings.local_sign_in == "off":
        raise _password_login_off()


@api.call("DELETE", "/session", right=None, answers={200: json_of(SignedOut, "Nobody is signed in.", **COOKIE)})
def sign_out() -> Response:
    """End the session at hand; without one nothing happens."""
    actor = current_actor()
    response = json_answer(_ended(actor) if actor.kind == "user" else SignedOut("signed_out", None))
    cookies.forget(response)
    return response


def _ended(actor: Actor) -> SignedOut:
    """The session is over before its provider is asked whether it is there to be signed out at."""
    user_id, session_id, sign_on = as_id(actor.id), as_id(actor.credential), services().sign_on
    address = None
    with transaction(services().engine) as connection:
        is_from_provider = users.is_from_provider(connection, user_id)
        if sign_on is not None:
            address = logout.continue_at(connection, session_id, sign_on.config, sign_on.seal)
        sessions.end(connection, user_id, session_id)
    if address and sign_on and not sign_on.provider.is_there():
        address = None
    return SignedOut("signed_out_here" if is_from_provider and not address else "signed_out", address)


@api.call(
    "POST",
    "/set-up",
    right=None,
    body={JSON: SetUp},
    answers={201: SIGNED_IN},
    problems=(*FROM_LINK, BAD_USER_NAME, NAME_TAKEN),
)
def set_up() -> Response:
    """Make the first administrator."""
    offered, here = body_as(SetUp), services()
    _need_passwords()
    name = users.user_name(offered.name)
    with transaction(here.engine) as connection:
        if links.use(connection, offered.link) is not None:
            raise links.link_gone()
        check_new_password(offered.password, name)
        password_hash = here.passwords.hashed(offered.password)
        user = users.make_first_admin(connection, name, users.full_name(offered.full_name), password_hash)
        if user is None:
            raise links.link_gone()
        secret = start_session(connection, user.id)
    logger.info("user %s is the first administrator", user.id)
    return session_answer(user, secret, 201)


@api.call(
    "POST", "/password/link", right=None, body={JSON: PasswordByLink}, answers={200: SIGNED_IN}, problems=FROM_LINK
)
def set_password_by_link() -> Response:
    """Choose a password with a one-time link, and sign in."""
    offered, here = body_as(PasswordByLink), services()
    _need_passwords()
    with transaction(here.engine) as connection:
        user_id = links.use(connection, offered.link)
        if user_id is None or (user := users.find(connection, user_id)).is_disabled:
            raise links.link_gone()
        if here.settings.local_sign_in == "break_glass" and user.role != "admin":
            raise _password_login_off()
        check_new_password(offered.password, user.name)
        users.set_password(connection, user.id, here.passwords.hashed(offered.password))
        sessions.end_all(connection, user.id)
        secret = start_session(connection, user.id)
    logger.info("user %s chose a password by a link", user.id)
    return session_answer(user, secret)


def _password_login_off() -> Problem:
    return PASSWORD_LOGIN_OFF("Passwords are not taken here; sign in by the provider.")
