"""The engine of the ledger: AUTOCOMMIT for single statements, ``transaction`` for several."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine

# A server that does not answer must become a 503 within seconds, and nothing may hold a row for ever.
CONNECT_TIMEOUT_SECONDS = 3
SERVER_OPTIONS = "-c statement_timeout=60000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=120000"


def make_engine(database_uri: str, pool_size: int) -> Engine:
    return create_engine(
        database_uri,
        isolation_level="AUTOCOMMIT",
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS, "options": SERVER_OPTIONS},
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Several statements as one, at READ COMMITTED: every statement sees what is committed by then."""
    with (
        engine.connect().execution_options(isolation_level="READ COMMITTED") as connection,
        connection.begin(),
    ):
        yield connection
