"""Lists: search, order by a column and then by id, pages by keyset. One statement gives a page and the total."""

import dataclasses
import functools
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Engine,
    FromClause,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)

from catalog.crud.listing import Listing, cursor_of


@dataclasses.dataclass(frozen=True)
class Page:
    """``items`` is a JSON array as text; ``following`` is None on the last page and without a limit."""

    items: str
    total: int
    following: str | int | None


@dataclasses.dataclass(frozen=True)
class _Shape:
    """What of a listing changes the statement, and not only its parameters."""

    is_limited: bool
    is_continued: bool
    is_search: bool
    sort: str
    is_descending: bool

    @classmethod
    def of(cls, asked: Listing) -> "_Shape":
        return cls(
            asked.limit is not None, asked.after is not None, bool(asked.search), asked.sort, asked.is_descending
        )


_ROWS = msgspec.json.Decoder(list[msgspec.Raw])  # tells the rows of a page apart without reading them


def _parameters(asked: Listing) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    if asked.limit is not None:
        parameters["limit"] = asked.limit
    if asked.after is not None:
        parameters["value"], parameters["last_id"] = asked.after
    if asked.search:
        escaped = asked.search.replace("/", "//").replace("%", "/%").replace("_", "/_")
        parameters["pattern"] = f"%{escaped}%"
    return parameters


class ListStatements:
    """Statements are built once for each shape of a listing: building costs more than PostgreSQL needs to answer."""

    def __init__(self, engine: Engine, shown: Select[Any], table: Any) -> None:
        self._engine = engine
        self._shown = shown
        self._table = table
        self._texts = [column for column in table.columns if isinstance(column.type, String)]
        self._is_postgresql = engine.dialect.name == "postgresql"
        self._ordered = functools.cache(self._build_ordered)
        self._total = functools.cache(self._build_total)
        self._as_json = functools.cache(self._build_json)

    def page(self, asked: Listing) -> Page:
        """On PostgreSQL one statement, whose JSON is passed on as it is."""
        if not self._is_postgresql:
            return self._page_of_rows(asked)
        with self._engine.connect() as connection:
            found = connection.execute(self._as_json(_Shape.of(asked)), _parameters(asked)).one()
        items, count, total = found
        return Page(items, total, self._following(asked, items, count))

    def rows(self, asked: Listing) -> list[Row[Any]]:
        with self._engine.connect() as connection:
            return list(connection.execute(self._ordered(_Shape.of(asked)), _parameters(asked)).all())

    def _page_of_rows(self, asked: Listing) -> Page:
        rows = [dict(row._mapping) for row in self.rows(asked)]
        with self._engine.connect() as connection:
            total = connection.execute(self._total(asked.search is not None), _parameters(asked)).scalar_one()
        items = msgspec.json.encode(rows).decode()
        return Page(items, total, self._following(asked, items, len(rows)))

    def _following(self, asked: Listing, items: str, count: int) -> str | int | None:
        """A full page may be the last one; the next page is then empty, which costs one cheap call."""
        if asked.limit is None or count < asked.limit:
            return None
        last = msgspec.json.decode(_ROWS.decode(items)[-1])
        value = last[asked.sort]
        return cursor_of(asked.sort, "" if value is None else value, last["id"])

    def _matching(self, is_search: bool) -> list[ColumnElement[bool]]:
        if not is_search:
            return []
        pattern = func.lower(bindparam("pattern", type_=String))
        return [or_(*(func.lower(column).like(pattern, escape="/") for column in self._texts))]

    def _sort_key(self, shape: _Shape) -> ColumnElement[Any]:
        column: ColumnElement[Any] = self._table.c[shape.sort]
        return func.coalesce(column, "") if isinstance(column.type, String) else column

    def _after(self, shape: _Shape) -> list[ColumnElement[bool]]:
        if not shape.is_continued:
            return []
        key, row_id = self._sort_key(shape), self._table.c.id
        value, last_id = bindparam("value", type_=key.type), bindparam("last_id", type_=row_id.type)
        beyond = (key < value, row_id < last_id) if shape.is_descending else (key > value, row_id > last_id)
        return [or_(beyond[0], and_(key == value, beyond[1]))]

    def _build_ordered(self, shape: _Shape) -> Select[Any]:
        """All columns that are shown, in the order asked for."""
        order = [self._sort_key(shape)]
        if shape.sort != "id":
            order.append(self._table.c.id)
        if shape.is_descending:
            order = [column.desc() for column in order]
        statement = self._shown.where(*self._matching(shape.is_search), *self._after(shape)).order_by(*order)
        return statement.limit(bindparam("limit", type_=Integer)) if shape.is_limited else statement

    def _build_total(self, is_search: bool) -> Select[Any]:
        return select(func.count()).select_from(self._table).where(*self._matching(is_search))

    def _build_json(self, shape: _Shape) -> Select[Any]:
        """The page as one text, the number of its rows, and the total."""
        rows: FromClause = self._ordered(shape).subquery("shown")
        items = func.coalesce(func.json_agg(literal_column("shown")), literal_column("'[]'::json"))
        whole = select(items.cast(String), func.count()).select_from(rows).subquery("whole")
        return select(whole, self._total(shape.is_search).scalar_subquery())
