"""The engine of the ledger."""

from sqlalchemy import Engine

import stackroom_sql.engine
from stackroom_sql.engine import LOCK_SECONDS

STATEMENT_SECONDS = 60


def make_engine(database_uri: str, pool_size: int, lock_seconds: float = LOCK_SECONDS) -> Engine:
    """No statement of it waits longer than ``lock_seconds`` for a lock."""
    return stackroom_sql.engine.make_engine(database_uri, pool_size, STATEMENT_SECONDS, lock_seconds)
