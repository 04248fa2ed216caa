"""What the library and the driver raise, and what the server means by it."""

import psycopg2
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# No connection of the pool became free in time.
BUSY = PoolTimeoutError
# The server gave no connection, or broke one. Where a transaction begins on a connection that died in the pool, and of
# COPY, which runs on the driver's own cursor, the driver's own error comes without a wrapping.
AWAY = (OperationalError, InterfaceError, psycopg2.OperationalError, psycopg2.InterfaceError)
DATABASE_ERRORS = (SQLAlchemyError, psycopg2.Error)


def sql_state(error: Exception) -> str:
    """The server's SQLSTATE, as ``psycopg2.errorcodes`` names them; empty where it said none."""
    return getattr(driver_error(error), "pgcode", None) or ""


def driver_error(error: Exception) -> Exception:
    """What the driver raised: SQLAlchemy wraps it."""
    return getattr(error, "orig", None) or error
