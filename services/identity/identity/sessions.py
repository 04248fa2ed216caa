"""Sessions of browsers: a random secret in a cookie, of which the hash is stored."""

import dataclasses
import datetime
from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Engine, text

from identity.random_secrets import MAX_SECRET, digest_of, new_secret
from stackroom_kit.rights import Role

MAX_SESSIONS = 50  # of a user; the oldest one goes for a new one
MAX_USER_AGENT = 200  # characters that are kept
INSERT = text("""
INSERT INTO identity.session (digest, user_id, address, user_agent, expires_at)
VALUES (:digest, :user_id, :address, :user_agent, now() + make_interval(days => :days)) RETURNING id""")
END_OLDEST = text("""
DELETE FROM identity.session WHERE id IN (
  SELECT id FROM identity.session WHERE user_id = :user_id ORDER BY created_at DESC, id OFFSET :most)""")
# One of the future was made while the clock was ahead, and would live until then.
IS_ALIVE = """session.expires_at > now() AND session.used_at > now() - make_interval(mins => :idle_minutes)
  AND session.created_at < now() + interval '1 hour'"""
FIND = text(f"""
SELECT session.id, users.id AS user_id, users.name, users.role,
  session.used_at < now() - interval '1 minute' AS is_noted_long_ago
FROM identity.session JOIN identity.users ON users.id = session.user_id
WHERE session.digest = :digest AND {IS_ALIVE} AND NOT users.is_disabled""")
# Nobody waits for another request that notes the same.
NOTE_USE = text("""
UPDATE identity.session SET used_at = now() WHERE id = (
  SELECT id FROM identity.session WHERE id = :id AND used_at < now() - interval '1 minute' FOR UPDATE SKIP LOCKED)""")
LIST = text(f"""
SELECT id, address, user_agent, created_at, used_at, expires_at FROM identity.session
WHERE user_id = :user_id AND {IS_ALIVE} ORDER BY used_at DESC, id""")
END = text("DELETE FROM identity.session WHERE user_id = :user_id AND id = :id")
END_ALL = text("DELETE FROM identity.session WHERE user_id = :user_id AND id IS DISTINCT FROM cast(:besides AS uuid)")
# Programs that a session let in, and that have not come for their token yet.
FORGET_ALLOWED_DEVICES = text("DELETE FROM identity.device WHERE user_id = ANY (cast(:user_ids AS uuid[]))")
# A few whenever somebody signs in.
FORGET = text("""
DELETE FROM identity.session WHERE id IN (
  SELECT id FROM identity.session WHERE expires_at < now() ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED)""")


@dataclasses.dataclass(frozen=True)
class Lifetime:
    idle_minutes: int
    days: int


@dataclasses.dataclass(frozen=True)
class Browser:
    """Where a session is made, as its user sees it in the list."""

    address: str
    user_agent: str


class Session(msgspec.Struct, frozen=True):
    id: UUID
    address: str
    user_agent: str
    created_at: datetime.datetime
    used_at: datetime.datetime
    expires_at: datetime.datetime


class Found(msgspec.Struct, frozen=True):
    """The session of a secret, and its user."""

    id: UUID
    user_id: UUID
    name: str
    role: Role
    is_noted_long_ago: bool


def start(connection: Connection, user_id: UUID, browser: Browser, lifetime: Lifetime) -> str:
    """The secret, which nobody can find out again."""
    secret = new_secret()
    connection.execute(FORGET)
    given = {"digest": digest_of(secret), "user_id": user_id, "days": lifetime.days, "address": browser.address}
    connection.execute(INSERT, {**given, "user_agent": browser.user_agent[:MAX_USER_AGENT]})
    connection.execute(END_OLDEST, {"user_id": user_id, "most": MAX_SESSIONS})
    return secret


def find(engine: Engine, secret: str, lifetime: Lifetime) -> Found | None:
    """Of a session that is alive, and whose user may sign in; that it was used is noted once a minute."""
    if len(secret) > MAX_SECRET:
        return None
    with engine.connect() as connection:
        given = {"digest": digest_of(secret), "idle_minutes": lifetime.idle_minutes}
        row = connection.execute(FIND, given).first()
        if row is None:
            return None
        found = msgspec.convert(dict(row._mapping), Found)
        if found.is_noted_long_ago:
            connection.execute(NOTE_USE, {"id": found.id})
        return found


def of_user(engine: Engine, user_id: UUID, lifetime: Lifetime) -> list[Session]:
    with engine.connect() as connection:
        rows: Any = connection.execute(LIST, {"user_id": user_id, "idle_minutes": lifetime.idle_minutes})
        return [msgspec.convert(dict(row._mapping), Session) for row in rows]


def end(connection: Connection, user_id: UUID, session_id: UUID) -> bool:
    """False where the user has no such session."""
    return connection.execute(END, {"user_id": user_id, "id": session_id}).rowcount > 0


def end_all(connection: Connection, user_id: UUID, besides: UUID | None = None) -> int:
    """How many there were."""
    forget_allowed_devices(connection, {user_id})
    return connection.execute(END_ALL, {"user_id": user_id, "besides": besides}).rowcount


def forget_allowed_devices(connection: Connection, user_ids: Collection[UUID]) -> None:
    """For users one of whose sessions ends: whoever stole it may have let a program in, which must get no token now."""
    connection.execute(FORGET_ALLOWED_DEVICES, {"user_ids": [str(user_id) for user_id in user_ids]})
