"""Which user somebody from the provider is. Found by issuer and subject alone, never by a name or an e-mail address."""

import logging
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from identity import sessions, users
from identity.oidc.people import Person
from identity.problems import OIDC_NAME_TAKEN, OIDC_NO_ROLE
from identity.users import User
from stackroom_kit.problems import Problem
from stackroom_kit.rights import Role

logger = logging.getLogger(__name__)
MOST_OF_A_NAME = 20  # people at one provider who are called the same
FIND = text("""
SELECT user_id, is_without_role FROM identity.login WHERE issuer = :issuer AND subject = :subject FOR UPDATE""")
INSERT = text("INSERT INTO identity.login (issuer, subject, user_id) VALUES (:issuer, :subject, :user_id)")
# None, or whether whoever has the name is from the provider as well.
WHO_HAS = text("""
SELECT EXISTS (SELECT FROM identity.login WHERE user_id = users.id) FROM identity.users WHERE name = :name""")
CHANGE = text("""
UPDATE identity.users SET role = :role, full_name = coalesce(:full_name, full_name), is_disabled = :is_disabled
WHERE id = :id""")
MARK = text("UPDATE identity.login SET is_without_role = :is_without_role WHERE user_id = :id")


def admit(connection: Connection, person: Person) -> User | Problem:
    """The user, made where he comes for the first time; Problem 403 or 409, of which what was changed stays."""
    users.lock_admins(connection)  # which also parts two who come for the first time
    row = connection.execute(FIND, {"issuer": person.issuer, "subject": person.subject}).first()
    return _first_time(connection, person) if row is None else _again(connection, person, row)


def _first_time(connection: Connection, person: Person) -> User | Problem:
    if person.role is None:
        return _no_role()
    name = _free_name(connection, person.name)
    if name is None:
        return OIDC_NAME_TAKEN("Another user has this name; an administrator has to help.")
    user = users.insert(connection, name, person.full_name, person.role, None)
    connection.execute(INSERT, {"issuer": person.issuer, "subject": person.subject, "user_id": user.id})
    logger.info("user %s came from the provider for the first time, as %s", user.id, user.role)
    return user


def _free_name(connection: Connection, wanted: str) -> str | None:
    """None where a local user has it. People of the provider who are called the same get a number."""
    for number in range(1, MOST_OF_A_NAME + 1):
        name = wanted if number == 1 else f"{wanted}-{number}"
        is_from_provider = connection.execute(WHO_HAS, {"name": name}).scalar()
        if is_from_provider is None:
            return name
        if not is_from_provider:
            return None
    return None


def _again(connection: Connection, person: Person, row: Any) -> User | Problem:
    user = users.find(connection, row.user_id)
    if person.is_role_told and person.role is None:
        return _revoked(connection, user)
    if user.is_disabled and not (row.is_without_role and person.is_role_told):
        return _no_role()
    role = person.role if person.is_role_told and person.role is not None else user.role
    if role != user.role:
        sessions.end_all(connection, user.id)
        logger.info("user %s is %s by the provider now", user.id, role)
    _keep(connection, user.id, role, person.full_name, is_without_role=False)
    return users.find(connection, user.id)


def _revoked(connection: Connection, user: User) -> Problem:
    """Nothing of the user opens anything until the provider says a role again: no session, and no token."""
    sessions.end_all(connection, user.id)
    if not user.is_disabled:
        _keep(connection, user.id, user.role, None, is_without_role=True)
        logger.warning("user %s has no role by the provider any more", user.id)
    return _no_role()


def _keep(connection: Connection, user_id: UUID, role: Role, full_name: str | None, is_without_role: bool) -> None:
    """Of somebody whom no administrator here has disabled."""
    given = {"role": role, "full_name": full_name, "is_disabled": is_without_role, "id": user_id}
    connection.execute(CHANGE, given)
    connection.execute(MARK, {"is_without_role": is_without_role, "id": user_id})


def _no_role() -> Problem:
    return OIDC_NO_ROLE("None of the groups of this person has a role here, or the user is disabled.")
