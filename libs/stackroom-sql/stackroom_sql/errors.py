"""What the library and the driver raise, and what the server means by it."""

from enum import Enum, auto

import psycopg2
from psycopg2.errorcodes import FOREIGN_KEY_VIOLATION, UNIQUE_VIOLATION
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# No connection of the pool became free in time.
BUSY = PoolTimeoutError
# The server gave no connection, or broke one. The driver's own errors come unwrapped where a transaction begins on a
# connection that died in the pool, and from COPY, which runs on the driver's own cursor.
AWAY = (OperationalError, InterfaceError, psycopg2.OperationalError, psycopg2.InterfaceError)
DATABASE_ERRORS = (SQLAlchemyError, psycopg2.Error)


def sql_state(error: Exception) -> str:
    """The server's SQLSTATE, as ``psycopg2.errorcodes`` names them; empty where it said none."""
    return getattr(driver_error(error), "pgcode", None) or ""


def driver_error(error: Exception) -> Exception:
    """What the driver raised: SQLAlchemy wraps it."""
    return getattr(error, "orig", None) or error


class Violation(Enum):
    """Of what a table promises."""

    DUPLICATE = auto()
    UNKNOWN_REFERENCE = auto()
    OTHER = auto()


# PostgreSQL says it by SQLSTATE, SQLite by the name of its error.
_VIOLATIONS = {
    UNIQUE_VIOLATION: Violation.DUPLICATE,
    FOREIGN_KEY_VIOLATION: Violation.UNKNOWN_REFERENCE,
    "SQLITE_CONSTRAINT_PRIMARYKEY": Violation.DUPLICATE,
    "SQLITE_CONSTRAINT_UNIQUE": Violation.DUPLICATE,
    "SQLITE_CONSTRAINT_FOREIGNKEY": Violation.UNKNOWN_REFERENCE,
}


def violation_of(error: IntegrityError) -> Violation:
    """What a database meant by refusing a statement."""
    name = sql_state(error) or getattr(error.orig, "sqlite_errorname", "")
    return _VIOLATIONS.get(name, Violation.OTHER)
