"""What the library and the driver raise, and what the server means by it."""

import re
from enum import Enum, auto

import psycopg2
from psycopg2.errorcodes import CHECK_VIOLATION, EXCLUSION_VIOLATION, FOREIGN_KEY_VIOLATION, UNIQUE_VIOLATION
from sqlalchemy import Connection, text
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
    RULE = auto()
    OTHER = auto()


# PostgreSQL says it by SQLSTATE, SQLite by the name of its error.
_VIOLATIONS = {
    UNIQUE_VIOLATION: Violation.DUPLICATE,
    FOREIGN_KEY_VIOLATION: Violation.UNKNOWN_REFERENCE,
    CHECK_VIOLATION: Violation.RULE,
    EXCLUSION_VIOLATION: Violation.RULE,
    "SQLITE_CONSTRAINT_CHECK": Violation.RULE,
    "SQLITE_CONSTRAINT_PRIMARYKEY": Violation.DUPLICATE,
    "SQLITE_CONSTRAINT_UNIQUE": Violation.DUPLICATE,
    "SQLITE_CONSTRAINT_FOREIGNKEY": Violation.UNKNOWN_REFERENCE,
}


def violation_of(error: IntegrityError) -> Violation:
    """What a database meant by refusing a statement."""
    name = sql_state(error) or getattr(error.orig, "sqlite_errorname", "")
    return _VIOLATIONS.get(name, Violation.OTHER)


# A constraint that allows a value once has an index of its own name.
_COLUMNS = text(
    "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey) "
    "WHERE indexrelid = to_regclass(format('%I.%I', CAST(:schema AS text), CAST(:name AS text))) ORDER BY attnum"
)
_SQLITE_COLUMNS = re.compile(r"\w+\.(\w+)", re.ASCII)


def duplicate_columns(connection: Connection, error: IntegrityError) -> tuple[str, ...]:
    """The columns whose value, or values together, another row has already: the server's own word, whoever made the
    rule. Nothing where it cannot tell."""
    if connection.dialect.name == "sqlite":
        return tuple(_SQLITE_COLUMNS.findall(str(error.orig)))
    about = getattr(error.orig, "diag", None)
    if about is None:
        return ()
    return tuple(connection.execute(_COLUMNS, {"schema": about.schema_name, "name": about.constraint_name}).scalars())


def rule_of(error: IntegrityError) -> str:
    """The name of the constraint that was broken, as the server says it; empty where it says none."""
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""


def table_of(error: IntegrityError) -> str:
    """The table that has the rule: of a reference the one that points."""
    return getattr(getattr(error.orig, "diag", None), "table_name", None) or ""
