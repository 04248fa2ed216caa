"""What makes a resource: its name, its table, and what its rows belong to."""

import dataclasses
import functools

from sqlalchemy import FromClause

from catalog.crud.list_statements import Joined
from catalog.crud.schema import Schema


@dataclasses.dataclass(frozen=True)
class Reference:
    """``field`` holds the id of a row of ``table``; bulk items may name that row by ``name_field`` instead."""

    field: str
    name_field: str
    table: FromClause


@dataclasses.dataclass(frozen=True)
class Resource:
    """``name`` is the plural that stands in the address.

    ``reference`` says to which other table its rows belong, where they do, and ``joined`` what is shown of that one.
    """

    name: str
    table: FromClause
    reference: Reference | None = None
    joined: Joined | None = None

    @functools.cached_property
    def schema(self) -> Schema:
        """What a client may send: the columns, by their own lengths; what is joined is read only."""
        shown_only = self.joined.columns if self.joined else ()
        return Schema.of_table(self.table, read_only=tuple(column.name for column in shown_only))
