"""Users: their rows, and who may not be taken away."""

import datetime
import re
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Engine, text

from identity.problems import BAD_USER_NAME, FROM_PROVIDER, LAST_ADMIN, NAME_TAKEN
from identity.shown_line import shown_line
from stackroom_kit.problems import NOT_FOUND, Problem
from stackroom_kit.rights import Role
from stackroom_kit.texts import normal_text
from stackroom_sql.engine import lock

NAME = r"[a-z0-9][a-z0-9._@+-]{0,63}"
MAX_FULL_NAME = 200  # characters
MAX_NETWORKS = 50  # from which a user signed in, that are remembered
_NAME = re.compile(NAME, re.ASCII)
COLUMNS = """id, name, full_name, role, is_disabled, created_at, signed_in_at,
  password_hash IS NOT NULL AS has_password,
  EXISTS (SELECT FROM identity.login WHERE login.user_id = users.id) AS is_from_provider"""
IS_FROM_PROVIDER = text("SELECT EXISTS (SELECT FROM identity.login WHERE user_id = :id)")
# A name that is taken changes nothing, and no log of the server gets to see the hash, as an error would show it.
INSERT = text(f"""
INSERT INTO identity.users (name, full_name, role, password_hash) VALUES (:name, :full_name, :role, :password_hash)
ON CONFLICT (name) DO NOTHING RETURNING {COLUMNS}""")
LIST = text(f"SELECT {COLUMNS} FROM identity.users WHERE name > :after ORDER BY name LIMIT :limit")
COUNT = text("SELECT count(*) FROM identity.users")
BY_ID = text(f"SELECT {COLUMNS} FROM identity.users WHERE id = :id")
BY_NAME = text(f"SELECT {COLUMNS} FROM identity.users WHERE name = :name")
SIGNED_IN = text("UPDATE identity.users SET signed_in_at = now() WHERE id = :id")
KNOW_NETWORK = text("""
INSERT INTO identity.known_network (user_id, network) VALUES (:id, cast(:network AS cidr))
ON CONFLICT (user_id, network) DO UPDATE SET seen_at = now()""")
FORGET_NETWORKS = text("""
DELETE FROM identity.known_network WHERE user_id = :id AND network IN (
  SELECT network FROM identity.known_network WHERE user_id = :id ORDER BY seen_at DESC, network OFFSET :most)""")
CHANGE = text(f"""
UPDATE identity.users SET full_name = :full_name, role = :role, is_disabled = :is_disabled WHERE id = :id
RETURNING {COLUMNS}""")
# Those of the provider do not count: it may be away, or take the role. Nor does who was invited and never came.
OTHER_ADMINS = text("""
SELECT count(*) FROM identity.users
WHERE role = 'admin' AND NOT is_disabled AND id IS DISTINCT FROM cast(:id AS uuid)
  AND password_hash IS NOT NULL AND NOT EXISTS (SELECT FROM identity.login WHERE login.user_id = users.id)""")
# What an administrator here says of somebody from the provider, the provider does not take back.
KEEP_DISABLED = text("UPDATE identity.login SET is_without_role = false WHERE user_id = :id")
# With a newer link or password, or where the user is disabled, it is no way in any more. That for the first
# administrator is nobody's.
FORGET_LINK = text("DELETE FROM identity.link WHERE user_id IS NOT DISTINCT FROM cast(:id AS uuid)")
FORGET_LOGIN = text("DELETE FROM identity.login WHERE user_id = :id")


class User(msgspec.Struct, frozen=True):
    """``has_password`` is false until somebody used the link that was made for the user.

    Who ``is_from_provider`` has none, and gets none.
    """

    id: UUID
    name: str
    full_name: str | None
    role: Role
    is_disabled: bool
    has_password: bool
    is_from_provider: bool
    created_at: datetime.datetime
    signed_in_at: datetime.datetime | None


def user_name(offered: str) -> str:
    """In lower case. Problem 400."""
    name = lowercase(offered)
    if not _NAME.fullmatch(name):
        detail = "A name has 1 to 64 of a-z, 0-9 and . _ @ + -, and begins with a letter or a digit."
        raise BAD_USER_NAME.at("/name", detail)
    return name


def lowercase(name: str) -> str:
    """Of ASCII alone: other letters may become one of ASCII, as the sign of kelvin does."""
    return name.lower() if name.isascii() else name


def full_name(offered: str | None) -> str | None:
    """Problem 400; nothing for an empty one."""
    return shown_line(offered, "/full_name") if offered and normal_text(offered) else None


def is_from_provider(connection: Connection, user_id: UUID) -> bool:
    return bool(connection.execute(IS_FROM_PROVIDER, {"id": user_id}).scalar())


def refuse_provider_user(user: User) -> None:
    """Problem 409 where a password would be a second way in, past what the provider says."""
    if user.is_from_provider:
        raise FROM_PROVIDER("This user comes from the provider, and can have no password here.")


def no_such_user() -> Problem:
    return NOT_FOUND("There is no such user.")


def _user(row: Any) -> User:
    return msgspec.convert(dict(row._mapping), User)


def insert(connection: Connection, name: str, shown: str | None, role: Role, password_hash: str | None) -> User:
    """Problem 409 where there is one of this name."""
    given = {"name": name, "full_name": shown, "role": role, "password_hash": password_hash}
    row = connection.execute(INSERT, given).first()
    if row is None:
        raise NAME_TAKEN.at("/name", f"There is a user {name!r} already.")
    return _user(row)


def find(connection: Connection, user_id: UUID) -> User:
    """Problem 404."""
    row = connection.execute(BY_ID, {"id": user_id}).first()
    if row is None:
        raise no_such_user()
    return _user(row)


def find_by_name(connection: Connection, name: str) -> User:
    """Problem 404."""
    row = connection.execute(BY_NAME, {"name": name}).first()
    if row is None:
        raise no_such_user()
    return _user(row)


def list_users(engine: Engine, after: str, limit: int) -> tuple[list[User], int]:
    """A page in the order of names, and how many there are in all."""
    with engine.connect() as connection:
        rows = connection.execute(LIST, {"after": after, "limit": limit}).all()
        return [_user(row) for row in rows], connection.execute(COUNT).scalar_one()


def note_sign_in(connection: Connection, user_id: UUID, network: str | None) -> None:
    connection.execute(SIGNED_IN, {"id": user_id})
    if network is not None:
        connection.execute(KNOW_NETWORK, {"id": user_id, "network": network})
        connection.execute(FORGET_NETWORKS, {"id": user_id, "most": MAX_NETWORKS})


def lock_admins(connection: Connection) -> None:
    """Whoever takes an administrator away waits for whoever does the same, so that one is left.

    It comes before all locks of rows, which are taken in one order: link, user, sessions.
    """
    lock(connection, "identity.admins")


def has_admin(connection: Connection, besides: UUID | None = None) -> bool:
    """Whether there is a local administrator who can act, ``besides`` this one."""
    return bool(connection.execute(OTHER_ADMINS, {"id": besides}).scalar())


def change(connection: Connection, old: User, **changes: Any) -> User:
    """Fields that ``changes`` does not name stay. Problem 409 where no administrator would be left."""
    lock_admins(connection)
    new = {"full_name": old.full_name, "role": old.role, "is_disabled": old.is_disabled, **changes}
    if "is_disabled" in changes:
        connection.execute(KEEP_DISABLED, {"id": old.id})
    is_left_admin = new["role"] == "admin" and not new["is_disabled"]
    is_needed = old.role == "admin" and not old.is_from_provider and not is_left_admin
    if is_needed and not has_admin(connection, old.id):
        raise LAST_ADMIN("Without this user there would be no administrator.")
    if new["is_disabled"]:
        connection.execute(FORGET_LINK, {"id": old.id})
    return _user(connection.execute(CHANGE, {**new, "id": old.id}).one())


def make_first_admin(connection: Connection, name: str, shown: str | None, password_hash: str) -> User | None:
    """None where there is an administrator."""
    lock_admins(connection)
    return None if has_admin(connection) else insert(connection, name, shown, "admin", password_hash)
