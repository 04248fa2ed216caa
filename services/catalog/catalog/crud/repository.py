"""The statements of one table, built once: get, list, insert, update, delete."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, String, bindparam, func, select

from catalog.crud.lists import Lists
from catalog.crud.resource import Resource


@dataclasses.dataclass(frozen=True)
class Dependents:
    """Rows of another table that keep a row from being deleted, counted by the column that points here."""

    name: str
    column: ColumnElement[Any]

    def counted(self, count: int) -> str:
        return f"{count} {'row' if count == 1 else 'rows'} of {self.name}"


class Repository:
    """Every call is one statement on an AUTOCOMMIT connection; rows are given as dicts, in the columns' order."""

    def __init__(self, engine: Engine, resource: Resource, dependents: list[Dependents]) -> None:
        table, joined = resource.table, resource.joined
        self.engine = engine
        self.resource = resource
        self.table: Any = table
        self.dependents = dependents
        columns = [*table.columns, *(joined.columns if joined else ())]
        source = table.join(joined.table, table.c[joined.field] == joined.table.c.id) if joined else table
        self.names = [column.name for column in columns]
        self._shown = select(*columns).select_from(source)
        self._one = self._shown.where(self.table.c.id == bindparam("row_id"))
        self._several = self._shown.where(self.table.c.id == func.any(bindparam("row_ids")))
        self.lists = Lists(engine, self._shown, self.table, joined)

    @property
    def sortable(self) -> dict[str, type]:
        return {column.name: str if isinstance(column.type, String) else int for column in self.table.columns}

    def get(self, row_id: int) -> dict[str, Any] | None:
        with self.engine.connect() as connection:
            row = connection.execute(self._one, {"row_id": row_id}).first()
        return None if row is None else dict(row._mapping)

    def shown(self, connection: Connection, row_ids: list[int]) -> dict[int, dict[str, Any]]:
        """Rows by id, as they are at this moment of the caller's transaction. PostgreSQL only."""
        if not row_ids:
            return {}
        rows = connection.execute(self._several, {"row_ids": row_ids})
        return {row.id: dict(row._mapping) for row in rows}

    def insert(self, values: dict[str, Any]) -> None:
        """IntegrityError where the id exists, or what it points to does not."""
        with self.engine.connect() as connection:
            connection.execute(self.table.insert(), values)

    def update(self, row_id: int, values: dict[str, Any], seen: dict[str, Any] | None) -> bool:
        """Whether a row was changed. It must still be ``seen``, what the client saw, in the same statement."""
        statement = self.table.update().where(*self._is(row_id, seen)).values(values)
        with self.engine.connect() as connection:
            return bool(connection.execute(statement).rowcount)

    def delete(self, row_id: int, seen: dict[str, Any] | None) -> bool:
        """Whether a row was deleted; IntegrityError while another one points to it."""
        with self.engine.connect() as connection:
            return bool(connection.execute(self.table.delete().where(*self._is(row_id, seen))).rowcount)

    def _is(self, row_id: int, seen: dict[str, Any] | None) -> list[ColumnElement[bool]]:
        same = [column.is_not_distinct_from(seen[column.name]) for column in self.table.columns] if seen else []
        return [self.table.c.id == row_id, *same]

    def uses(self, row_id: int) -> str:
        """How many rows of each kind point to this one, in words."""
        with self.engine.connect() as connection:
            counts = [
                connection.execute(select(func.count()).where(dependent.column == row_id)).scalar_one()
                for dependent in self.dependents
            ]
        return ", ".join(dependent.counted(count) for dependent, count in zip(self.dependents, counts, strict=True))


def repositories(resources: Sequence[Resource], engine: Engine) -> list[Repository]:
    """One of each; which rows keep others from being deleted follows from the foreign keys."""
    return [Repository(engine, resource, _dependents(resource, resources)) for resource in resources]


def _dependents(resource: Resource, resources: Sequence[Resource]) -> list[Dependents]:
    return [
        Dependents(other.name, key.parent)
        for other in resources
        for key in other.table.foreign_keys
        if key.column.table is resource.table
    ]
