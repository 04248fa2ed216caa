"""Whether somebody still needs an upload."""

from sqlalchemy import Engine

from importer.ledger.statements import BATCH_THAT_NAMES
from stackroom_jobs.operations import OPERATIONS

READERS = [name for name, operation in OPERATIONS.items() if operation.reads_media]


def batch_that_names(engine: Engine, digest: str) -> str | None:
    """An open batch with this digest in a record that is not done. There are few such records: each is a video."""
    with engine.connect() as connection:
        found: str | None = connection.execute(BATCH_THAT_NAMES, {"digest": digest, "operations": READERS}).scalar()
    return found
