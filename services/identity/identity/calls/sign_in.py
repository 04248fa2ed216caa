"""Signing in and out."""

import logging
from typing import Literal

import msgspec
from flask import Response

from identity import sessions, stored_passwords, users
from identity.calls import cookies
from identity.calls.answers import Me, session_answer, start_session
from identity.calls.bodies import Secret, as_id
from identity.oidc import logout
from identity.passwords import Verdict
from identity.problems import PASSWORD_LOGIN_OFF, SIGN_IN_BUSY, TOO_MANY_TRIES, WRONG_CREDENTIALS
from identity.services import services
from identity.sign_in_limits import network_of
from identity.stored_passwords import ToSignIn
from stackroom_kit.actor import BEARER, Actor
from stackroom_kit.api import JSON, Answer, Api, json_answer, json_of
from stackroom_kit.authorization import current_actor
from stackroom_kit.json_struct import STRUCT_PROBLEMS, json_struct
from stackroom_kit.problems import Problem
from stackroom_sql.engine import transaction
from stackroom_sql.problems import DATABASE_PROBLEMS

logger = logging.getLogger(__name__)
COOKIE = {"Set-Cookie": "The session."}
SIGNED_IN = Answer("Who signed in.", {JSON: Me}, COOKIE)
api = Api("sign_in", __name__, "/api/identity", tag="session", problems=DATABASE_PROBLEMS)


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    name: str
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
    problems=(*STRUCT_PROBLEMS, PASSWORD_LOGIN_OFF, WRONG_CREDENTIALS, TOO_MANY_TRIES, SIGN_IN_BUSY),
)
def sign_in() -> Response:
    """Sign in with a name and a password."""
    offered, here = json_struct(SignIn), services()
    need_passwords()
    found, verdict = _checked(offered)
    if found.id is None or not verdict.is_right:
        raise _refused(found)
    with transaction(here.engine) as connection:
        if not stored_passwords.is_still(connection, found.id, found.password_hash, is_break_glass()):
            raise _refused(found)
        if verdict.new_hash:
            stored_passwords.store(connection, found.id, verdict.new_hash)
        user, secret = users.find(connection, found.id), start_session(connection, found.id)
    if is_break_glass():
        logger.warning("break-glass: administrator %s signed in with a password", user.id)
    logger.info("user %s signed in", user.id)
    return session_answer(user, secret)


def _checked(offered: SignIn) -> tuple[ToSignIn, Verdict]:
    """The same steps for every name, whether it is known or could be one at all."""
    here, address = services(), current_actor().address
    name = users.lowercase(offered.name)[:65]  # one more than the longest
    found = stored_passwords.to_sign_in(here.engine, name, network_of(address), is_break_glass())
    charged = here.limits.charge(name, address, found.is_known)
    try:
        verdict = here.passwords.check(offered.password, found.password_hash, found.is_known)
    except Problem:
        here.limits.give_back(charged)
        raise
    if verdict.is_right:
        here.limits.give_back(charged)
    return found, verdict


def _refused(found: ToSignIn) -> Problem:
    logger.warning("sign-in refused, of %s from %s", found.id or "nobody known", current_actor().address)
    detail = "The name or the password is wrong, or the user may not sign in."
    return WRONG_CREDENTIALS(detail, headers={"WWW-Authenticate": BEARER})


def is_break_glass() -> bool:
    """Whether passwords are for administrators alone."""
    return services().settings.local_sign_in == "break_glass"


def need_passwords() -> None:
    """Problem 403 where nobody signs in with one."""
    if services().settings.local_sign_in == "off":
        raise password_login_off()


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


def password_login_off() -> Problem:
    return PASSWORD_LOGIN_OFF("Passwords are not taken here; sign in by the provider.")
