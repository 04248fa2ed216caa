"""expire: rows and results go, the batch stays as a mark for a time; payloads go as soon as nobody can want them again.

A sweep passes over what somebody holds, such as a batch of which an undo is being made, and waits for no lock for long.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

from importer.database import transaction
from importer.ledger.statements import (
    DELETE_CHUNKS,
    DELETE_REFUSED_ROWS,
    DROP_PAYLOADS,
    EXPIRE_OLD,
    EXPIRE_ONE,
    FORGET_MARKS,
)

# What one sweep does at most: it must be done long before the statement's time is over.
SWEEP = {"batches": 500, "rows": 500_000}
LOCK_WAIT = text("SET LOCAL lock_timeout = '1s'")


@contextmanager
def _sweep(engine: Engine) -> Iterator[Connection]:
    """A lock that somebody holds for long, as VACUUM FULL does, ends the sweep; the next one tries again."""
    with transaction(engine) as connection:
        connection.execute(LOCK_WAIT)
        yield connection


def expire(engine: Engine, batch_id: str) -> bool:
    """False for a batch that is still open, or over already."""
    with transaction(engine) as connection:
        ids = list(connection.execute(EXPIRE_ONE, {"batch_id": batch_id}).scalars())
        _delete_rows(connection, ids)
    return bool(ids)


def expire_old(engine: Engine, days: int) -> int:
    """Batches that ended so many days ago; gives their number, and there may be more."""
    with _sweep(engine) as connection:
        ids = list(connection.execute(EXPIRE_OLD, {"days": days, **SWEEP}).scalars())
        _delete_rows(connection, ids)
    return len(ids)


def _delete_rows(connection: Connection, ids: list[str]) -> None:
    if ids:
        connection.execute(DELETE_CHUNKS, {"ids": ids})
        connection.execute(DELETE_REFUSED_ROWS, {"ids": ids})


def drop_payloads(engine: Engine) -> int:
    """Nobody can want again what ended without a failed row; gives the number of batches, and there may be more."""
    with _sweep(engine) as connection:
        return connection.execute(DROP_PAYLOADS, SWEEP).rowcount


def forget_marks(engine: Engine, days: int) -> int:
    """Batches that expired so many days ago are not known any more; nor are their keys, which are free again."""
    with _sweep(engine) as connection:
        return connection.execute(FORGET_MARKS, {"days": days, "batches": SWEEP["batches"]}).rowcount
