"""API tokens: made, listed, taken back, and found by what is shown."""

import datetime
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Engine, text

from identity.problems import BAD_NETWORK, TOO_MANY_TOKENS
from stackroom_kit.addresses import is_in, listed_network
from stackroom_kit.peppers import Peppers
from stackroom_kit.rights import Right, Role
from stackroom_kit.token_form import API_TOKEN

MAX_TOKENS = 100  # of a user that are neither over nor taken back
MAX_LISTED = 200  # of a user: all that can be used, and the newest of those that are over
MAX_NETWORKS = 20
COLUMNS = "id, name, key, scopes, networks::text[] AS networks, created_at, expires_at, last_used_at, revoked_at"
# Two calls cannot both make the last one that is allowed. It is counted by a statement of its own: one that waited for
# the lock would count what was there before.
LOCK_OWNER = text("SELECT FROM identity.users WHERE id = :user_id FOR NO KEY UPDATE")
COUNT = text("""
SELECT count(*) FROM identity.token WHERE user_id = :user_id AND revoked_at IS NULL AND expires_at > now()""")
INSERT = text(f"""
INSERT INTO identity.token (key, pepper_id, digest, user_id, name, scopes, networks, expires_at)
VALUES (:key, :pepper_id, :digest, :user_id, :name, :scopes, cast(:networks AS cidr[]),
  now() + make_interval(days => :days))
RETURNING {COLUMNS}""")
LIST = text(f"""
SELECT {COLUMNS} FROM identity.token WHERE user_id = :user_id
ORDER BY revoked_at IS NOT NULL OR expires_at <= now(), created_at DESC, id LIMIT :most""")
COUNT_ALL = text("SELECT count(*) FROM identity.token WHERE user_id = :user_id")
REVOKE = text(
    "UPDATE identity.token SET revoked_at = now() WHERE user_id = :user_id AND id = :id AND revoked_at IS NULL"
)
EXISTS = text("SELECT EXISTS (SELECT FROM identity.token WHERE user_id = :user_id AND id = :id)")
FIND = text("""
SELECT token.id, token.pepper_id, token.digest, token.name AS token_name, token.scopes,
  token.networks::text[] AS networks, token.expires_at <= now() AS is_expired,
  token.revoked_at IS NOT NULL AS is_revoked,
  coalesce(token.last_used_at < now() - interval '1 minute', true) AS is_noted_long_ago,
  users.id AS user_id, users.name, users.role, users.is_disabled
FROM identity.token JOIN identity.users ON users.id = token.user_id WHERE token.key = :key""")
# At most once a minute, and nobody waits for another request that notes the same.
NOTE_USE = text("""
UPDATE identity.token SET last_used_at = now() WHERE id = (
  SELECT id FROM identity.token
  WHERE id = :id AND coalesce(last_used_at < now() - interval '1 minute', true) FOR UPDATE SKIP LOCKED)""")


class Token(msgspec.Struct, frozen=True):
    """``key`` is the part by which people know it again; the secret is nowhere."""

    id: UUID
    name: str
    key: str
    scopes: list[Right]
    networks: list[str]
    created_at: datetime.datetime
    expires_at: datetime.datetime
    last_used_at: datetime.datetime | None
    revoked_at: datetime.datetime | None


class Found(msgspec.Struct, frozen=True):
    """The token of a key, and its owner; whether its secret is the right one is not yet looked at."""

    id: UUID
    pepper_id: str
    digest: bytes
    token_name: str
    scopes: list[Right]
    networks: list[str]
    is_expired: bool
    is_revoked: bool
    is_noted_long_ago: bool
    user_id: UUID
    name: str
    role: Role
    is_disabled: bool

    def is_allowed_from(self, address: str) -> bool:
        """From everywhere where no network is named."""
        if not self.networks:
            return True
        return is_in(address, map(listed_network, self.networks))


class Wanted(msgspec.Struct, frozen=True):
    """A token to be made."""

    name: str
    scopes: list[Right]
    networks: list[str]
    days: int


def checked_networks(offered: Sequence[str]) -> list[str]:
    """As the database writes them. Problem 400."""
    networks = []
    for place, one in enumerate(offered):
        try:
            networks.append(str(listed_network(one)))
        except ValueError:
            detail = "A network is an IP address, or a network such as 10.0.0.0/8 or 2001:db8::/32."
            raise BAD_NETWORK.at(f"/networks/{place}", detail) from None
    return networks


def make(connection: Connection, user_id: UUID, wanted: Wanted, peppers: Peppers) -> tuple[Token, str]:
    """The token, and what its owner sees only now. Problem 409 where he has too many."""
    connection.execute(LOCK_OWNER, {"user_id": user_id})
    if connection.execute(COUNT, {"user_id": user_id}).scalar_one() >= MAX_TOKENS:
        raise TOO_MANY_TOKENS(f"A user has at most {MAX_TOKENS} tokens; take one back first.")
    shown, pepper_id = API_TOKEN.new_token(), peppers.newest
    given = {
        **msgspec.structs.asdict(wanted),
        "key": API_TOKEN.key_of(shown),
        "pepper_id": pepper_id,
        "digest": peppers.digest(shown, pepper_id),
        "user_id": user_id,
    }
    return _token(connection.execute(INSERT, given).one()), shown


def _token(row: Any) -> Token:
    return msgspec.convert(dict(row._mapping), Token)


def of_user(engine: Engine, user_id: UUID) -> tuple[list[Token], int]:
    """At most MAX_LISTED, those that can be used before the others, the newest first; and how many there are in all."""
    given = {"user_id": user_id, "most": MAX_LISTED}
    with engine.connect() as connection:
        items = [_token(row) for row in connection.execute(LIST, given)]
        return items, connection.execute(COUNT_ALL, given).scalar_one()


def revoke(connection: Connection, user_id: UUID, token_id: UUID) -> bool:
    """False where the user has no such token. To take one back twice is no mistake."""
    given = {"user_id": user_id, "id": token_id}
    return connection.execute(REVOKE, given).rowcount > 0 or bool(connection.execute(EXISTS, given).scalar())


def find(engine: Engine, shown: str, peppers: Peppers) -> Found | None:
    """None for a key that is unknown, and for another secret than the one that was made with it."""
    with engine.connect() as connection:
        row = connection.execute(FIND, {"key": API_TOKEN.key_of(shown)}).first()
    if row is None or not peppers.matches(shown, row.pepper_id, bytes(row.digest)):
        return None
    return msgspec.convert({**row._mapping, "digest": bytes(row.digest)}, Found)


def note_use(engine: Engine, token_id: UUID) -> None:
    with engine.connect() as connection:
        connection.execute(NOTE_USE, {"id": token_id})
