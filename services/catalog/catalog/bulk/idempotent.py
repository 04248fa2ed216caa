"""One bulk call from the key to the answer: at most once, in one transaction, tried again after a deadlock."""

import hashlib
import logging
import time
from collections.abc import Callable

import msgspec
from flask import request
from psycopg2.errorcodes import DEADLOCK_DETECTED
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, OperationalError

from catalog.bulk import applied_keys
from catalog.bulk.applied_keys import Key
from catalog.bulk.outcomes import BulkAnswer
from catalog.problems import NEEDS_POSTGRESQL
from stackroom_sql.engine import transaction
from stackroom_sql.errors import sql_state

TRIES = 3
FORGET_EVERY_SECONDS = 3600.0
logger = logging.getLogger(__name__)
# On the connection, and carefully where the rows broke a rule together; the answer, and whether it stays.
Work = Callable[[Connection, bool], tuple[BulkAnswer, bool]]


class IdempotentCalls:
    """``retention_days``: how long a key is remembered. The importer keeps its batches shorter than that."""

    def __init__(self, engine: Engine, retention_days: int) -> None:
        self._engine = engine
        self._retention_days = retention_days
        self._forgot_at = float("-inf")

    def check_supported(self) -> None:
        if self._engine.dialect.name != "postgresql":
            raise NEEDS_POSTGRESQL("Bulk calls need PostgreSQL.")

    def run(self, key: Key | None, work: Work) -> tuple[str, bool]:
        """The answer as JSON, and whether it is that of an earlier call. ``work`` says its answer and whether it stays;
        where its rows break a rule of their table, it is asked once more, to look which of them.

        The request at hand is the call: a key belongs to its address, options and bytes.
        """
        digest = request_digest() if key else ""
        for left in reversed(range(TRIES)):
            try:
                done = self._try(key, digest, work)
                break
            except OperationalError as error:
                if sql_state(error) != DEADLOCK_DETECTED or not left:
                    raise
                logger.warning("a deadlock with another call; trying again")
        self._forget_old()
        return done

    def _try(self, key: Key | None, digest: str, work: Work) -> tuple[str, bool]:
        with transaction(self._engine) as connection:
            known = applied_keys.applied_before(connection, key, digest) if key else None
            if known is not None:
                return known, True
            try:
                made, stays = _worked(connection, work, is_careful=False)
            except IntegrityError:
                made, stays = _worked(connection, work, is_careful=True)
            answer = msgspec.json.encode(made).decode()
            if key and stays:
                applied_keys.write(connection, key, digest, answer)
        return answer, False

    def _forget_old(self) -> None:
        """Once an hour and process, after a call: no call waits for it before."""
        if time.monotonic() - self._forgot_at <= FORGET_EVERY_SECONDS:
            return
        self._forgot_at = time.monotonic()
        with self._engine.connect() as connection:
            applied_keys.forget_old(connection, self._retention_days)


def _worked(connection: Connection, work: Work, *, is_careful: bool) -> tuple[BulkAnswer, bool]:
    with connection.begin_nested() as savepoint:
        made, stays = work(connection, is_careful)
        if not stays:
            savepoint.rollback()
    return made, stays


def request_digest() -> str:
    """What makes two calls the same: address, options and bytes."""
    digest = hashlib.sha256(request.path.encode())
    digest.update(repr(sorted(request.args.items())).encode())
    digest.update(request.get_data(cache=True))
    return digest.hexdigest()
