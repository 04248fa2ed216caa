"""The one-time links by which people come in for the first time, or when they have forgotten their password."""

import logging
from uuid import UUID

import msgspec
from flask import Response
from sqlalchemy import Connection

from identity import links, sessions, stored_passwords, users
from identity.calls.answers import session_answer, start_session
from identity.calls.bodies import FullName, Name, Secret
from identity.calls.sign_in import SIGNED_IN, is_break_glass, need_passwords, password_login_off
from identity.passwords import check_new_password
from identity.problems import (
    BAD_USER_NAME,
    LINK_GONE,
    NAME_TAKEN,
    PASSWORD_LOGIN_OFF,
    PASSWORD_PROBLEMS,
    SIGN_IN_BUSY,
)
from identity.services import services
from identity.users import User
from stackroom_kit.api import JSON, Api, json_answer, json_of
from stackroom_kit.arguments import BAD_TEXT
from stackroom_kit.json_struct import STRUCT_PROBLEMS, json_struct
from stackroom_sql.engine import transaction
from stackroom_sql.problems import DATABASE_PROBLEMS

logger = logging.getLogger(__name__)
FROM_LINK = (*STRUCT_PROBLEMS, *PASSWORD_PROBLEMS, PASSWORD_LOGIN_OFF, LINK_GONE, SIGN_IN_BUSY)
api = Api("by_link", __name__, "/api/identity", tag="session", problems=DATABASE_PROBLEMS)


class SetUp(msgspec.Struct, forbid_unknown_fields=True):
    """``link`` is what `make up` or `stackroom-admin set-up` printed."""

    link: Secret
    name: Name
    password: Secret
    full_name: FullName | None = None


class OneTimeLink(msgspec.Struct, forbid_unknown_fields=True):
    link: Secret


class UserOfLink(msgspec.Struct):
    """``name`` is what the password belongs to, so that a password manager keeps both."""

    name: str


class PasswordByLink(msgspec.Struct, forbid_unknown_fields=True):
    link: Secret
    password: Secret


@api.call(
    "POST",
    "/set-up",
    right=None,
    body={JSON: SetUp},
    answers={201: SIGNED_IN},
    problems=(*FROM_LINK, BAD_TEXT, BAD_USER_NAME, NAME_TAKEN),
)
def set_up() -> Response:
    """Make the first administrator."""
    offered, here = json_struct(SetUp), services()
    need_passwords()
    name, shown = users.user_name(offered.name), users.full_name(offered.full_name)
    with transaction(here.engine) as connection:
        if links.use(connection, offered.link) is not None:
            raise links.link_gone()
        check_new_password(offered.password, name)
        password_hash = here.passwords.hashed(offered.password)
        user = users.make_first_admin(connection, name, shown, password_hash)
        if user is None:
            raise links.link_gone()
        secret = start_session(connection, user.id)
    logger.info("user %s is the first administrator", user.id)
    return session_answer(user, secret, 201)


@api.call(
    "POST",
    "/password/link/user",
    right=None,
    body={JSON: OneTimeLink},
    answers={200: json_of(UserOfLink, "Whose password it is.")},
    problems=(*STRUCT_PROBLEMS, PASSWORD_LOGIN_OFF, LINK_GONE),
)
def user_of_link() -> Response:
    """Say who chooses a password with a one-time link, which stays."""
    link = json_struct(OneTimeLink).link
    need_passwords()
    with services().engine.connect() as connection:
        user = _chooser(connection, links.find(connection, link))
    return json_answer(UserOfLink(user.name))


def _chooser(connection: Connection, user_id: UUID | None) -> User:
    """Problem 410 or 403 for whoever may not choose a password."""
    if user_id is None or (user := users.find(connection, user_id)).is_disabled:
        raise links.link_gone()
    if is_break_glass() and user.role != "admin":
        raise password_login_off()
    return user


@api.call(
    "POST",
    "/password/link",
    right=None,
    body={JSON: PasswordByLink},
    answers={200: SIGNED_IN},
    problems=FROM_LINK,
)
def set_password_by_link() -> Response:
    """Choose a password with a one-time link, and sign in."""
    offered, here = json_struct(PasswordByLink), services()
    need_passwords()
    with transaction(here.engine) as connection:
        user = _chooser(connection, links.use(connection, offered.link))
        check_new_password(offered.password, user.name)
        stored_passwords.choose(connection, user.id, here.passwords.hashed(offered.password))
        sessions.end_all(connection, user.id)
        secret = start_session(connection, user.id)
    logger.info("user %s chose a password by a link", user.id)
    return session_answer(user, secret)
