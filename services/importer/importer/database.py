"""The engine of the ledger: AUTOCOMMIT for single statements, ``transaction`` for several."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from stackroom_kit.postgres import TCP_OPTIONS

BUSY = PoolTimeoutError
# Where a transaction begins on a connection that died in the pool, and of COPY, which runs on the driver's own cursor,
# the driver's own error comes without a wrapping.
AWAY = (OperationalError, InterfaceError, psycopg2.OperationalError, psycopg2.InterfaceError)
DATABASE_ERRORS = (SQLAlchemyError, psycopg2.Error)
# Nothing may hold a row for ever.
SERVER_OPTIONS = (
    "-c statement_timeout=60000 -c idle_in_transaction_session_timeout=120000"
    " -c client_encoding=UTF8 -c standard_conforming_strings=on"  # what RawText relies on
)


def make_engine(database_uri: str, pool_size: int, lock_seconds: int = 10) -> Engine:
    """No statement of it waits longer than ``lock_seconds`` for a lock."""
    return create_engine(
        database_uri,
        isolation_level="AUTOCOMMIT",
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        connect_args={**TCP_OPTIONS, "options": f"{SERVER_OPTIONS} -c lock_timeout={lock_seconds}s"},
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Several statements as one, at READ COMMITTED: every statement sees what is committed by then."""
    with (
        engine.connect().execution_options(isolation_level="READ COMMITTED") as connection,
        connection.begin(),
    ):
        yield connection
