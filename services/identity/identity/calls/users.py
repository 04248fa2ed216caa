"""Users, for administrators: made with a one-time link, changed, and signed out. None is ever deleted."""

import logging
from typing import Annotated
from uuid import UUID

import msgspec
from flask import Response
from msgspec import UNSET, Meta, UnsetType

from identity import links, sessions, users
from identity.calls.bodies import Ended, FullName, Name, as_id, changes_of
from identity.problems import BAD_USER_NAME, FROM_PROVIDER, LAST_ADMIN, NAME_TAKEN, OWN_ACCOUNT
from identity.services import services
from identity.users import User
from stackroom_kit.api import JSON, Api, json_answer, json_of
from stackroom_kit.arguments import (
    BAD_TEXT,
    id_parameter,
    integer_argument,
    integer_parameter,
    text_argument,
    text_parameter,
)
from stackroom_kit.authorization import current_actor
from stackroom_kit.json_struct import STRUCT_PROBLEMS, json_struct
from stackroom_kit.rights import Role
from stackroom_sql.engine import transaction
from stackroom_sql.problems import DATABASE_PROBLEMS

logger = logging.getLogger(__name__)
PAGE, MAX_PAGE = 100, 1000
PAGING = (
    integer_parameter("limit", "Users of a page.", PAGE, 1, MAX_PAGE),
    text_parameter("after", "The `next` of the page before.", 64),
)
api = Api(
    "users",
    __name__,
    "/api/identity/users",
    path_parameters=(id_parameter("user_id", "The id of the user."),),
    problems=DATABASE_PROBLEMS,
)


class NewUser(msgspec.Struct, forbid_unknown_fields=True):
    name: Name
    role: Role
    full_name: FullName | None = None


class ChangedUser(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays. Whose role changes, and who is disabled, is signed out everywhere."""

    full_name: FullName | UnsetType | None = UNSET
    role: Role | UnsetType = UNSET
    is_disabled: bool | UnsetType = UNSET


class Users(msgspec.Struct):
    """``next`` is the ``after`` of the page behind."""

    items: list[User]
    total: int
    next: str | None


class UserWithLink(msgspec.Struct):
    """``link`` is shown here and never again: with it the user chooses a password, within ``hours``."""

    user: User
    link: str
    hours: Annotated[int, Meta(ge=1)]


WITH_LINK = {201: json_of(UserWithLink, "The user, and the link.")}


@api.call("GET", "", right="admin", parameters=PAGING, answers={200: json_of(Users, "The users.")})
def list_users() -> Response:
    """Users by name, in pages."""
    limit = integer_argument("limit", PAGE, 1, MAX_PAGE) or PAGE
    items, total = users.list_users(services().engine, text_argument("after", "", 64) or "", limit)
    return json_answer(Users(items, total, items[-1].name if len(items) == limit else None))


@api.call(
    "POST",
    "",
    right="admin",
    body={JSON: NewUser},
    answers=WITH_LINK,
    problems=(*STRUCT_PROBLEMS, BAD_TEXT, BAD_USER_NAME, NAME_TAKEN),
)
def make_user() -> Response:
    """Make a user, who chooses a password with the link in the answer."""
    offered = json_struct(NewUser)
    name, shown = users.user_name(offered.name), users.full_name(offered.full_name)
    with transaction(services().engine) as connection:
        user = users.insert(connection, name, shown, offered.role, None)
        link = links.make_password_link(connection, user.id)
    logger.info("user %s made user %s", current_actor().id, user.id)
    return json_answer(UserWithLink(user, link, links.PASSWORD_HOURS), 201)


@api.call("GET", "/<uuid:user_id>", right="admin", answers={200: json_of(User, "The user.")})
def read_user(user_id: UUID) -> Response:
    """One user."""
    with services().engine.connect() as connection:
        return json_answer(users.find(connection, user_id))


@api.call(
    "PUT",
    "/<uuid:user_id>",
    right="admin",
    body={JSON: ChangedUser},
    answers={200: json_of(User, "The user.")},
    problems=(*STRUCT_PROBLEMS, BAD_TEXT, OWN_ACCOUNT, LAST_ADMIN),
)
def change_user(user_id: UUID) -> Response:
    """Change a user. Nobody changes the own role, nor disables himself."""
    changes, actor = changes_of(json_struct(ChangedUser)), current_actor()
    if as_id(actor.id) == user_id and changes.keys() & {"role", "is_disabled"}:
        raise OWN_ACCOUNT("Another administrator has to change your role, or to disable you.")
    if "full_name" in changes:
        changes["full_name"] = users.full_name(changes["full_name"])
    with transaction(services().engine) as connection:
        users.lock_admins(connection)
        old = users.find(connection, user_id)
        user = users.change(connection, old, **changes)
        if user.is_disabled or user.role != old.role:
            sessions.end_all(connection, user_id)
    logger.info("user %s changed user %s", actor.id, user_id)
    return json_answer(user)


@api.call("POST", "/<uuid:user_id>/link", right="admin", answers=WITH_LINK, problems=(FROM_PROVIDER,))
def make_link(user_id: UUID) -> Response:
    """A new link with which this user chooses a password; one that was made before is over."""
    with transaction(services().engine) as connection:
        user = users.find(connection, user_id)
        users.refuse_provider_user(user)
        link = links.make_password_link(connection, user_id)
    logger.info("user %s made a link for user %s", current_actor().id, user_id)
    return json_answer(UserWithLink(user, link, links.PASSWORD_HOURS), 201)


@api.call("DELETE", "/<uuid:user_id>/sessions", right="admin", answers={200: json_of(Ended, "They are over.")})
def end_sessions(user_id: UUID) -> Response:
    """Sign a user out everywhere."""
    with transaction(services().engine) as connection:
        users.find(connection, user_id)
        count = sessions.end_all(connection, user_id)
    return json_answer(Ended("ended", count))
