"""What a database meant by refusing a statement."""

from enum import Enum, auto

from sqlalchemy.exc import IntegrityError


class Violation(Enum):
    DUPLICATE = auto()
    UNKNOWN_REFERENCE = auto()
    OTHER = auto()


SQL_STATES = {"23505": Violation.DUPLICATE, "23503": Violation.UNKNOWN_REFERENCE}
SQLITE_WORDS = {
    "SQLITE_CONSTRAINT_PRIMARYKEY": Violation.DUPLICATE,
    "SQLITE_CONSTRAINT_UNIQUE": Violation.DUPLICATE,
    "SQLITE_CONSTRAINT_FOREIGNKEY": Violation.UNKNOWN_REFERENCE,
}


def violation_of(error: IntegrityError) -> Violation:
    """PostgreSQL says it by SQLSTATE, SQLite by the name of its error."""
    state = getattr(error.orig, "pgcode", None)
    word = getattr(error.orig, "sqlite_errorname", None)
    return SQL_STATES.get(state or "", SQLITE_WORDS.get(word or "", Violation.OTHER))
