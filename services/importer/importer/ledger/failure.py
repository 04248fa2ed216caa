"""fail and lost: what went wrong with a chunk as a whole; after too much of it the chunk is split."""

from sqlalchemy import Engine

from importer.ledger.limits import MAX_DEATHS, MAX_FAILURES
from importer.ledger.split import Trouble, finish_as_failed, split
from importer.ledger.statements import (
    CHUNK_OF_TOKEN,
    FAIL,
    LOCK_BATCH_OF_TOKEN,
    LOCK_BATCHES_OF_DELIVERY,
    LOSE,
)
from stackroom_sql.engine import transaction

DETAILS = {
    "worker_lost": "The worker process died while it held this record.",
    "timed_out": "The worker process was ended at the time limit while it held this record.",
}


def fail(engine: Engine, token: str, code: str, detail: str) -> bool:
    """Put the chunk back with a growing pause; False where the token does not hold it any more."""
    with transaction(engine) as connection:
        connection.execute(LOCK_BATCH_OF_TOKEN, {"token": token})
        row = connection.execute(FAIL, {"token": token, "code": code, "detail": detail}).first()
        if row is not None and row.failures >= MAX_FAILURES:
            split(connection, row.batch_id, row.first_row, Trouble(code, detail))
        return row is not None


def fail_whole(engine: Engine, token: str, code: str, detail: str) -> None:
    """Every record of the chunk fails at once: for the eager mode, where nobody would try again."""
    with transaction(engine) as connection:
        connection.execute(LOCK_BATCH_OF_TOKEN, {"token": token})
        chunk = connection.execute(CHUNK_OF_TOKEN, {"token": token}).first()
        if chunk is not None:
            finish_as_failed(connection, chunk.batch_id, chunk, Trouble(code, detail))


def lose(engine: Engine, worker: str, delivery: str, reason: str) -> int:
    """The number of chunks that went back because the child that held them is dead (0 or 1)."""
    parameters = {"worker": worker, "delivery": delivery}
    with transaction(engine) as connection:
        connection.execute(LOCK_BATCHES_OF_DELIVERY, parameters)
        rows = connection.execute(LOSE, parameters | {"reason": reason, "detail": DETAILS[reason]}).all()
        for row in rows:
            if row.deaths >= MAX_DEATHS:
                split(connection, row.batch_id, row.first_row, Trouble(reason, DETAILS[reason]))
        return len(rows)
