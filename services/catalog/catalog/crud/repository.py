"""The statements of one table, built once: get, list, insert, update, delete."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, bindparam, func, select

from catalog.crud.columns import sent, shown
from catalog.crud.lists import Lists
from catalog.crud.resource import Resource
from stackroom_kit.schema import Field


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
        self.engine = engine
        self.resource = resource
        self.table: Any = resource.table
        self.dependents = dependents
        self.names = [field.name for field in resource.schema.fields]
        self._shown = _shown(resource)
        self._one = self._shown.where(self.table.c.id == bindparam("row_id"))
        self._several = self._shown.where(self.table.c.id == func.any(bindparam("row_ids")))
        self._insert = functools.cache(self._build_insert)
        self.lists = Lists(engine, self._shown, resource)

    @property
    def sortable(self) -> dict[str, Field]:
        return {column.name: self.resource.schema.by_name[column.name] for column in self.table.columns}

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

    def insert(self, values: dict[str, Any]) -> int:
        """The id of the new row. IntegrityError where a rule of the table does not let it in."""
        with self.engine.connect() as connection:
            done: Any = connection.execute(self._insert(tuple(values)), values)
            return int(values["id"] if "id" in values else done.inserted_primary_key[0])

    def _build_insert(self, names: tuple[str, ...]) -> Any:
        """Fields that are left out get what the server puts in."""
        return self.table.insert().values({name: bindparam(name, type_=sent(self.table.c[name])) for name in names})

    def update(self, row_id: int, values: dict[str, Any], seen: dict[str, Any] | None) -> bool:
        """Whether a row was changed. It must still be ``seen``, what the client saw, in the same statement."""
        given = {name: bindparam(None, value, sent(self.table.c[name])) for name, value in values.items()}
        statement = self.table.update().where(*self._is(row_id, seen)).values(given)
        with self.engine.connect() as connection:
            return bool(connection.execute(statement).rowcount)

    def delete(self, row_id: int, seen: dict[str, Any] | None) -> bool:
        """Whether a row was deleted; IntegrityError while another one points to it."""
        with self.engine.connect() as connection:
            return bool(connection.execute(self.table.delete().where(*self._is(row_id, seen))).rowcount)

    def _is(self, row_id: int, seen: dict[str, Any] | None) -> list[ColumnElement[bool]]:
        same = [shown(column).is_not_distinct_from(seen[column.name]) for column in self.table.columns] if seen else []
        return [self.table.c.id == row_id, *same]

    def uses(self, row_id: int) -> str:
        """How many rows of each kind point to this one, in words; nothing where none does."""
        with self.engine.connect() as connection:
            counts = [
                connection.execute(select(func.count()).where(dependent.column == row_id)).scalar_one()
                for dependent in self.dependents
            ]
        pairs = zip(self.dependents, counts, strict=True)
        return ", ".join(dependent.counted(count) for dependent, count in pairs if count)


def _shown(resource: Resource) -> Select[Any]:
    """What is shown of its rows, with the names of those that they refer to."""
    source, columns = resource.table, [shown(column) for column in resource.table.columns]
    for one in resource.references:
        target: Any = one.target
        source = source.join(target, one.column == target.c.id, isouter=bool(one.column.nullable))
        columns.append(one.by.label(one.shown))
    return select(*columns).select_from(source)


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
