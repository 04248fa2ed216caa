"""Tokens of hosts with workers: made, listed, taken back, and what of them the worker API has to know.

Of a token only its key and an HMAC are stored. The ones of the setting WORKER_TOKEN are no rows.
"""

import datetime
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Engine, text

from stackroom_kit.api import Time
from stackroom_kit.peppers import Peppers
from stackroom_kit.token_form import WORKER_TOKEN
from stackroom_sql.engine import lock, transaction

MAX_TOKENS = 1000  # that are neither over nor taken back
TAKEN_BACK = "Its token was taken back."
COLUMNS = "id, name, key, queues, created_by, created_at, expires_at, last_seen, worker, contract, revoked_at"
VALID = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())"

COUNT = text(f"SELECT count(*) FROM importer.worker_token WHERE {VALID}")
# A name is free again once the time of its token is over.
END_EXPIRED = text("""
UPDATE importer.worker_token SET revoked_at = expires_at
WHERE name = :name AND revoked_at IS NULL AND expires_at <= now()""")
INSERT = text(f"""
INSERT INTO importer.worker_token (name, key, pepper_id, digest, queues, created_by, expires_at)
VALUES (:name, :key, :pepper_id, :digest, :queues, :created_by, now() + make_interval(days => :days))
ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING
RETURNING {COLUMNS}""")
LIST = text(f"SELECT {COLUMNS} FROM importer.worker_token ORDER BY revoked_at IS NOT NULL, created_at DESC, id")
REVOKE = text("UPDATE importer.worker_token SET revoked_at = now() WHERE id = :id AND revoked_at IS NULL")
EXISTS = text("SELECT EXISTS (SELECT FROM importer.worker_token WHERE id = :id)")
# No bell is rung for such workers any more, and their names are free at once.
REFUSE_WORKERS = text("""
UPDATE importer.worker SET state = 'refused', slots = 0, reason = :reason, token_id = NULL
WHERE token_id = :token_id""")
FIND_VALID = text(f"SELECT id, name, key, pepper_id, digest, queues FROM importer.worker_token WHERE {VALID}")
IS_VALID = text(f"SELECT EXISTS (SELECT FROM importer.worker_token WHERE id = :id AND {VALID})")
# At most once a minute, and nobody waits for another request that notes the same.
NOTE_SEEN = text("""
UPDATE importer.worker_token
SET last_seen = now(), worker = :worker, contract = COALESCE(CAST(:contract AS integer), contract)
WHERE id = (SELECT id FROM importer.worker_token
            WHERE id = :id AND COALESCE(last_seen < now() - interval '1 minute', true) FOR UPDATE SKIP LOCKED)""")


class WorkerToken(msgspec.Struct, frozen=True):
    """``key`` is the part by which people know it again; the secret is nowhere. Without ``queues`` it is for all.

    ``worker`` and ``contract`` are those that it was last seen with.
    """

    id: UUID
    name: str
    key: str
    queues: list[str]
    created_by: str
    created_at: Time
    expires_at: Time | None
    last_seen: Time | None
    worker: str | None
    contract: int | None
    revoked_at: Time | None


class ValidToken(msgspec.Struct, frozen=True):
    """What it takes to know a token again. Without ``queues`` it is for all of them."""

    id: UUID
    name: str
    key: str
    pepper_id: str
    digest: bytes
    queues: frozenset[str]


class WantedToken(msgspec.Struct, frozen=True):
    """``days`` is None for one without an end; ``created_by`` is a name."""

    name: str
    queues: list[str]
    days: int | None
    created_by: str


class NameHasTokenError(Exception):
    """A name has one token at a time."""


class TooManyTokensError(Exception):
    """As many as there may be are valid."""


def make_token(engine: Engine, wanted: WantedToken, peppers: Peppers) -> tuple[WorkerToken, str]:
    """The token, and what is shown of it only now. NameHasTokenError, TooManyTokensError."""
    shown, pepper_id = WORKER_TOKEN.new_token(), peppers.newest
    given = {
        **msgspec.structs.asdict(wanted),
        "key": WORKER_TOKEN.key_of(shown),
        "pepper_id": pepper_id,
        "digest": peppers.digest(shown, pepper_id),
    }
    with transaction(engine) as connection:
        return _inserted(connection, given), shown


def _inserted(connection: Connection, given: dict[str, Any]) -> WorkerToken:
    lock(connection, "importer.worker_token")  # so that whoever makes one at the same time is counted too
    if connection.execute(COUNT).scalar_one() >= MAX_TOKENS:
        raise TooManyTokensError
    connection.execute(END_EXPIRED, given)
    row = connection.execute(INSERT, given).first()
    if row is None:
        raise NameHasTokenError
    return _token(row)


def _token(row: Any) -> WorkerToken:
    utc = {
        name: value.astimezone(datetime.UTC) if isinstance(value, datetime.datetime) else value
        for name, value in row._mapping.items()
    }
    return msgspec.convert(utc, WorkerToken)


def list_tokens(engine: Engine) -> list[WorkerToken]:
    """Those that were not taken back before the others, the newest first."""
    with engine.connect() as connection:
        return [_token(row) for row in connection.execute(LIST)]


def revoke_token(engine: Engine, token_id: UUID) -> bool:
    """False where there is no such token. To take one back twice is no mistake."""
    with transaction(engine) as connection:
        is_now = connection.execute(REVOKE, {"id": token_id}).rowcount > 0
        if is_now:
            connection.execute(REFUSE_WORKERS, {"token_id": str(token_id), "reason": TAKEN_BACK})
        return is_now or bool(connection.execute(EXISTS, {"id": token_id}).scalar())


def valid_tokens(engine: Engine) -> Sequence[ValidToken]:
    with engine.connect() as connection:
        rows = connection.execute(FIND_VALID).all()
    return [msgspec.convert({**row._mapping, "digest": bytes(row.digest)}, ValidToken) for row in rows]


def is_valid(engine: Engine, token_id: UUID) -> bool:
    """At this moment."""
    with engine.connect() as connection:
        return bool(connection.execute(IS_VALID, {"id": token_id}).scalar())


def note_seen(engine: Engine, token_id: UUID, worker: str, contract: int | None) -> None:
    """``contract`` is None where this call does not say it."""
    with engine.connect() as connection:
        connection.execute(NOTE_SEEN, {"id": token_id, "worker": worker, "contract": contract})
