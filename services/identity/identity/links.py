"""One-time links: for the first administrator, and for whoever has to choose a password.

No password is ever made here, so none can be a default one, and an administrator knows that of nobody else.
"""

from uuid import UUID

from sqlalchemy import Connection, TextClause, text

from identity import users
from identity.problems import LINK_GONE
from identity.random_secrets import MAX_SECRET, digest_of, new_secret
from stackroom_kit.problems import Problem

SET_UP_MINUTES = 15
PASSWORD_HOURS = 24
# A new one takes the place of the one before: of a user, or of this start.
INSERT = text("""
INSERT INTO identity.link (digest, user_id, expires_at)
VALUES (:digest, :user_id, now() + make_interval(mins => :minutes))""")
# Only one of two who use it gets it.
USE = text("DELETE FROM identity.link WHERE digest = :digest AND expires_at > now() RETURNING user_id")
FIND = text("SELECT user_id FROM identity.link WHERE digest = :digest AND expires_at > now()")


def link_gone() -> Problem:
    return LINK_GONE("This link is unknown, was used already, or its time is over.")


def make_password_link(connection: Connection, user_id: UUID) -> str:
    """The secret of a link with which this user, who has to be there, chooses a password."""
    return _make(connection, user_id, PASSWORD_HOURS * 60)


def make_set_up_link(connection: Connection) -> str | None:
    """The secret of the link for the first administrator; None where there is one. Links of earlier starts are over."""
    users.lock_admins(connection)
    forget_set_up_link(connection)
    return None if users.has_admin(connection) else _make(connection, None, SET_UP_MINUTES)


def _make(connection: Connection, user_id: UUID | None, minutes: int) -> str:
    """One at a time, since there is one link of a user."""
    secret = new_secret()
    users.lock_admins(connection)
    connection.execute(users.FORGET_LINK, {"id": user_id})
    connection.execute(INSERT, {"digest": digest_of(secret), "user_id": user_id, "minutes": minutes})
    return secret


def forget_set_up_link(connection: Connection) -> None:
    """One that was made for a start before this one."""
    connection.execute(users.FORGET_LINK, {"id": None})


def find(connection: Connection, secret: str) -> UUID | None:
    """Whose it is, None for the first administrator. Problem 410."""
    return _user_id(connection, FIND, secret)


def use(connection: Connection, secret: str) -> UUID | None:
    """The same; it is over with this transaction."""
    find(connection, secret)  # so whoever guesses keeps nobody waiting
    users.lock_admins(connection)
    return _user_id(connection, USE, secret)


def _user_id(connection: Connection, statement: TextClause, secret: str) -> UUID | None:
    row = connection.execute(statement, {"digest": digest_of(secret[: MAX_SECRET + 1])}).first()
    if row is None:
        raise link_gone()
    user_id: UUID | None = row.user_id
    return user_id
