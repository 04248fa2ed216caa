"""What a caller is told where the database does not let a row in or out: which field is wrong, and why."""

from typing import Any, NoReturn

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from catalog.crud.repository import Repository
from catalog.crud.resource import Reference
from catalog.problems import BROKEN_RULE, EXISTS, IN_USE, NOT_UNIQUE, UNKNOWN_GROUP, UNKNOWN_REFERENCE
from stackroom_kit.problems import FieldError, Problem, ProblemKind
from stackroom_sql.errors import Violation, duplicate_columns, rule_of, table_of, violation_of

GROUPS = "groups"  # a resource whose references have codes of their own, which clients know


def refuse(repository: Repository, error: IntegrityError, values: dict[str, Any]) -> NoReturn:
    """Problem for a row of these values that was not let in."""
    violation = violation_of(error)
    if violation is Violation.DUPLICATE:
        raise _duplicate(repository, error, values) from None
    if violation is Violation.UNKNOWN_REFERENCE:
        raise _unknown(repository, values) from None
    if violation is Violation.RULE:
        raise BROKEN_RULE(broken_rule(error)) from None
    raise error


def broken_rule(error: IntegrityError) -> str:
    return f"The row breaks a rule of its table: {rule_of(error)[:100] or 'the database does not name it'}."


def not_unique(columns: tuple[str, ...]) -> str:
    """A sentence for each of them."""
    names = " and ".join(columns) or "a field"
    return f"Another row has the same {names} already."


def _duplicate(repository: Repository, error: IntegrityError, values: dict[str, Any]) -> Problem:
    with repository.engine.connect() as connection:
        columns = duplicate_columns(connection, error)
    if columns == ("id",):
        return EXISTS.at("/id", f"The id {values.get('id')} exists already.")
    detail = not_unique(columns)
    return NOT_UNIQUE(detail, *(FieldError(f"/{name}", NOT_UNIQUE.code, detail) for name in columns))


def _unknown(repository: Repository, values: dict[str, Any]) -> Problem:
    """The first reference whose row is not there; it may have come meanwhile, then it is the first of all."""
    given = [one for one in repository.resource.references if values.get(one.field) is not None]
    with repository.engine.connect() as connection:
        missing = [
            one
            for one in given
            if connection.execute(select(1).where(one.target.c.id == values[one.field])).first() is None
        ]
    reference = (missing or given)[0]
    return unknown_kind(reference).at(f"/{reference.field}", unknown(reference))


def unknown_kind(reference: Reference) -> ProblemKind:
    return UNKNOWN_GROUP if reference.resource.name == GROUPS else UNKNOWN_REFERENCE


def unknown(reference: Reference) -> str:
    return f"The {reference.field} names no {reference.noun}."


def in_use(repository: Repository, error: IntegrityError, row_id: int) -> Problem:
    """By rows of resources, or of a table that none of them is."""
    uses = repository.uses(row_id) or f"rows of the table {table_of(error)}"
    return IN_USE.at("/id", f"The row is still used by {uses}.")
