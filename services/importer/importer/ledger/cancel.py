"""cancel: holds in every state; what is done stays, what is not never will be."""

from sqlalchemy import Engine

from importer.ledger.statements import CANCEL_CHUNKS, LOCK_BATCH_TO_CANCEL, MARK_CANCELLED
from stackroom_sql.engine import transaction


def cancel(engine: Engine, batch_id: str) -> bool:
    """False where there is no such batch. A finished batch stays finished; cancelling twice is the same as once."""
    with transaction(engine) as connection:
        if connection.execute(LOCK_BATCH_TO_CANCEL, {"batch_id": batch_id}).first() is None:
            return False
        connection.execute(CANCEL_CHUNKS, {"batch_id": batch_id})
        connection.execute(MARK_CANCELLED, {"batch_id": batch_id})
        return True
