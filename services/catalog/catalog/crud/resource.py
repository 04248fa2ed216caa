"""What makes a resource: the model of its table, its name, what is shown of a row elsewhere. The rest is derived."""

import dataclasses
import functools
import re
import weakref
from typing import Any

from sqlalchemy import Column, FromClause, String, Table, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase

import stackroom_kit.schema
from stackroom_kit.schema import Field, Schema
from stackroom_kit.schema_fields import name_field, shown_field
from stackroom_sql.table_schema import field_of_column, is_made, schema_of_columns, title_of

_of_tables: "weakref.WeakKeyDictionary[FromClause, Resource]" = weakref.WeakKeyDictionary()
_WORD = re.compile(r"[a-z][a-z0-9_]{0,40}", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Reference:
    """A column with the ids of another resource's rows. ``target`` is that one's table, under a name of its own."""

    column: Column[Any]
    resource: "Resource"
    target: FromClause

    @property
    def field(self) -> str:
        return self.column.name

    @functools.cached_property
    def named(self) -> str:
        """The field by which a bulk item may name the row instead: ``group`` beside ``group_id``."""
        return name_field(self.field)

    @functools.cached_property
    def shown(self) -> str:
        """The field that shows its name: ``group_name``."""
        return shown_field(self.field, self.resource.shown)

    @property
    def by(self) -> Any:
        """The column of the other table that is shown."""
        return self.target.c[self.resource.shown]

    @property
    def noun(self) -> str:
        return self.resource.one.lower()

    def as_field(self) -> Field:
        other = field_of_column(self.resource.table.c[self.resource.shown])
        title = f"{title_of(self.named)} {other.title or self.resource.shown}".capitalize()
        return Field(self.shown, other.types, is_nullable=True, read_only=True, title=title)


class Resource:
    """``name`` is the plural in its address, the table's own where it is left out. ``shown`` is the column that names
    a row to people: the first text where it is left out. ``one`` and ``many`` are its English titles.

    The primary key must be ``id``; whether it is given or made follows from the column, as references and what keeps a
    row from being deleted follow from foreign keys. TypeError, as soon as the schema is asked for, where the calls
    could not keep what the table says.
    """

    def __init__(
        self,
        model: type[DeclarativeBase],
        name: str | None = None,
        *,
        shown: str | None = None,
        one: str | None = None,
        many: str | None = None,
    ) -> None:
        table = model.__table__
        if not isinstance(table, Table) or [column.name for column in table.primary_key] != ["id"]:
            raise TypeError(f"{model.__name__} must have one primary key, and its name must be id")
        self.table: Any = table
        self.name = str(name or table.name)
        if not _WORD.fullmatch(self.name):
            raise TypeError(f"{self.name!r} is no name of a resource: small letters, digits and _")
        self.one = one or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", model.__name__).capitalize()
        self.many = many or title_of(self.name)
        self.shown = shown or _first_text(table)
        _of_tables[table] = self

    @functools.cached_property
    def schema(self) -> Schema:
        """A row as the calls show it; what is shown of others is read only."""
        references = {one.field: one for one in self.references}
        keys = {
            field: stackroom_kit.schema.Reference(one.resource.name, one.resource.shown)
            for field, one in references.items()
        }
        schema = schema_of_columns(self.name, self.table.columns, keys, [one.as_field() for one in references.values()])
        names = [*(field.name for field in schema.fields), *(one.named for one in references.values())]
        if len(set(names)) < len(names):
            raise TypeError(
                f"{self.name}: a column is called as what is shown of a reference: {', '.join(sorted(names))}"
            )
        return schema

    @functools.cached_property
    def references(self) -> tuple[Reference, ...]:
        return tuple(_reference(column) for column in self.table.columns if column.foreign_keys)

    @functools.cached_property
    def unique(self) -> tuple[tuple[str, ...], ...]:
        """The columns that may have a value, or the columns that may have values together, only once."""
        constraints = [one.columns for one in self.table.constraints if isinstance(one, UniqueConstraint)]
        indexes = [index.columns for index in self.table.indexes if index.unique]
        return tuple(tuple(column.name for column in columns) for columns in (*constraints, *indexes))

    @property
    def id_field(self) -> Field:
        return self.schema.by_name["id"]

    @property
    def is_made(self) -> bool:
        """Whether the server gives the id of a new row."""
        return is_made(self.table.c.id)


def _first_text(table: Table) -> str:
    return next((column.name for column in table.columns if isinstance(column.type, String)), "id")


def _reference(column: Column[Any]) -> Reference:
    (key, *more) = column.foreign_keys
    resource: Resource | None = _of_tables.get(key.column.table)
    if resource is None or key.column.name != "id" or more:
        raise TypeError(f"{column} must reference the id of one resource")
    if not column.name.endswith("_id"):
        raise TypeError(f"{column} references {resource.name}, so its name must end with _id")
    if resource.shown == "id":
        raise TypeError(f"{resource.name} has no text that names a row: say shown=")
    return Reference(column, resource, key.column.table.alias(f"of_{column.name}"))
