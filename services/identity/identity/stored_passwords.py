"""The password of a user as it is stored: looked at, still the same when somebody comes in by it, and changed."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Engine, text

from identity import users

# One row or none, by the same way for every name.
TO_SIGN_IN = text("""
SELECT id, password_hash, role, is_disabled, EXISTS (
  SELECT FROM identity.known_network WHERE user_id = users.id AND network = cast(:network AS cidr)) AS is_known
FROM identity.users WHERE name = :name""")
OF_USER = text("SELECT password_hash FROM identity.users WHERE id = :id")
# The row is locked: whoever changes it waits until the transaction ends, and a statement that carries a hash waits for
# nobody. One that waits too long fails, and stands in the log of the server.
HOLD = text("SELECT password_hash, role FROM identity.users WHERE id = :id AND NOT is_disabled FOR NO KEY UPDATE")
STORE = text("UPDATE identity.users SET password_hash = :password_hash WHERE id = :id")


class ToSignIn(msgspec.Struct, frozen=True):
    """What is known of somebody who names himself; nothing of a name that is unknown."""

    id: UUID | None = None
    password_hash: str | None = None
    is_known: bool = False


def to_sign_in(engine: Engine, name: str, network: str | None, is_for_admins: bool) -> ToSignIn:
    """A user who is disabled is as unknown as one who never was, but for his known networks.

    So is everybody but administrators where a password ``is_for_admins`` alone.
    """
    with engine.connect() as connection:
        row = connection.execute(TO_SIGN_IN, {"name": name, "network": network}).first()
    if row is None:
        return ToSignIn()
    if row.is_disabled or not _may_use(row, is_for_admins):
        return ToSignIn(None, None, row.is_known)
    return ToSignIn(row.id, row.password_hash, row.is_known)


def _may_use(row: Any, is_for_admins: bool) -> bool:
    return not is_for_admins or row.role == "admin"


def of_user(engine: Engine, user_id: UUID) -> str | None:
    with engine.connect() as connection:
        found: str | None = connection.execute(OF_USER, {"id": user_id}).scalar()
        return found


def is_still(connection: Connection, user_id: UUID, password_hash: str | None, is_for_admins: bool = False) -> bool:
    """Whether the user may come in by it: to look at a password takes long, and he may have been disabled meanwhile.

    It stays so until the transaction ends.
    """
    row = connection.execute(HOLD, {"id": user_id}).first()
    return row is not None and row.password_hash == password_hash and _may_use(row, is_for_admins)


def store(connection: Connection, user_id: UUID, password_hash: str) -> None:
    """Of the same password, or for a user whose row is locked."""
    connection.execute(STORE, {"id": user_id, "password_hash": password_hash})


def choose(connection: Connection, user_id: UUID, password_hash: str) -> None:
    """A new one: a link that was made before is over. The caller has called ``users.lock_admins``."""
    connection.execute(HOLD, {"id": user_id})
    store(connection, user_id, password_hash)
    connection.execute(users.FORGET_LINK, {"id": user_id})
