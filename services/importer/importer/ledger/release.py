"""release: a worker that must stop gives its chunk back, and the attempt is not counted."""

from sqlalchemy import Engine

from importer.ledger.limits import MAX_DEVICE_LOSSES, WORKER_ALIVE_SECONDS
from importer.ledger.split import Trouble, split
from importer.ledger.statements import LOCK_BATCH_OF_TOKEN, RELEASE, RELEASE_LOST_DEVICE
from stackroom_sql.engine import transaction


def release(engine: Engine, token: str, pause_seconds: float = 0) -> bool:
    """Whether the chunk was still this token's; it is due again after the pause."""
    with engine.connect() as connection:
        return connection.execute(RELEASE, {"token": token, "pause": pause_seconds}).first() is not None


def release_lost_device(engine: Engine, token: str, reason: str) -> bool:
    """Whether the chunk was still this token's. Under one that loses device after device it is split in the end.

    Else a record that breaks whatever computes it would go round for ever, and end every worker that it meets.
    """
    with transaction(engine) as connection:
        connection.execute(LOCK_BATCH_OF_TOKEN, {"token": token})
        parameters = {"token": token, "detail": reason, "alive": WORKER_ALIVE_SECONDS}
        row = connection.execute(RELEASE_LOST_DEVICE, parameters).first()
        if row is not None and row.device_losses >= MAX_DEVICE_LOSSES:
            split(connection, row.batch_id, row.first_row, Trouble("device_lost", reason))
        return row is not None
