"""expire: rows and results go, the batch stays as a mark; and payloads go as soon as nobody can want them again.

A sweep passes over what somebody holds, such as a batch of which an undo is being made: it must not wait.
"""

from sqlalchemy import Connection, Engine

from importer.database import transaction
from importer.ledger.statements import (
    DELETE_CHUNKS,
    DELETE_REFUSED_ROWS,
    DROP_PAYLOADS,
    MARK_EXPIRED,
    PAYLOADS_TO_DROP,
    TOO_OLD,
)

BATCHES_PER_SWEEP = 20  # a sweep must not keep the doorbells waiting; the next one goes on


def expire(engine: Engine, batch_id: str) -> bool:
    """False for a batch that is still open, or over already."""
    with transaction(engine) as connection:
        return _expire(connection, batch_id)


def _expire(connection: Connection, batch_id: str) -> bool:
    if connection.execute(MARK_EXPIRED, {"batch_id": batch_id}).first() is None:
        return False
    connection.execute(DELETE_CHUNKS, {"batch_id": batch_id})
    connection.execute(DELETE_REFUSED_ROWS, {"batch_id": batch_id})
    return True


def expire_old(engine: Engine, days: int) -> int:
    """Batches that ended so many days ago; gives their number, a few at a time."""
    with transaction(engine) as connection:
        found = connection.execute(TOO_OLD, {"days": days, "limit": BATCHES_PER_SWEEP}).scalars().all()
        return sum(_expire(connection, batch_id) for batch_id in found)


def drop_payloads(engine: Engine) -> int:
    """Nobody can want again what ended without a failed row; gives the number of batches, a few at a time."""
    with transaction(engine) as connection:
        found = connection.execute(PAYLOADS_TO_DROP, {"limit": BATCHES_PER_SWEEP}).scalars().all()
        for batch_id in found:
            connection.execute(DROP_PAYLOADS, {"batch_id": batch_id})
    return len(found)
