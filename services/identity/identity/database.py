"""The engine of identity."""

from sqlalchemy import Engine

import stackroom_sql.engine

STATEMENT_SECONDS = 10


def make_engine(database_uri: str, pool_size: int) -> Engine:
    """No error of it shows what a statement was given: that may be a hash of a password."""
    return stackroom_sql.engine.make_engine(database_uri, pool_size, STATEMENT_SECONDS, hide_parameters=True)
