"""Lists: search, order by a column and then by id, pages by keyset. One statement gives a page and the total.

The order is a tuple: of a text its key, which no server's collation changes, then its bytes, and at last the id. The
keyset compares the same tuple, made of the value in the cursor.
"""

import dataclasses
import functools
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Engine,
    FromClause,
    Integer,
    Label,
    Row,
    Select,
    String,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)

from catalog.crud.listing import Listing, cursor_of
from catalog.crud.texts import ByteOrder, OrderKey, SearchKey


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
    names_id: bool
    sort: str
    is_descending: bool

    @classmethod
    def of(cls, asked: Listing) -> "_Shape":
        return cls(
            is_limited=asked.limit is not None,
            is_continued=asked.after is not None,
            is_search=asked.search is not None,
            names_id=asked.searched_id is not None,
            sort=asked.sort,
            is_descending=asked.is_descending,
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
    if asked.searched_id is not None:
        parameters["searched_id"] = asked.searched_id
    return parameters


class ListStatements:
    """Statements are built once for each shape of a listing: building costs more than PostgreSQL needs to answer."""

    def __init__(self, engine: Engine, shown: Select[Any], table: Any) -> None:
        """``shown`` selects from ``table``, maybe with columns of another one beside it."""
        self._engine = engine
        self._shown = shown
        self._table = table
        self._texts = [column for column in shown.inner_columns if isinstance(column.type, String)]
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
            total = connection.execute(self._total(_Shape.of(asked)), _parameters(asked)).scalar_one()
        items = msgspec.json.encode(rows).decode()
        return Page(items, total, self._following(asked, items, len(rows)))

    def _following(self, asked: Listing, items: str, count: int) -> str | int | None:
        """A full page may be the last one; the next page is then empty, which costs one cheap call."""
        if asked.limit is None or count < asked.limit:
            return None
        last = msgspec.json.decode(_ROWS.decode(items)[-1])
        value = last[asked.sort]
        return cursor_of(asked.sort, "" if value is None else value, last["id"])

    def _matching(self, shape: _Shape) -> list[ColumnElement[bool]]:
        """A text that holds what is searched for, or the row that has it for its id."""
        if not shape.is_search:
            return []
        pattern = SearchKey(bindparam("pattern", type_=String))
        found: list[ColumnElement[bool]] = [
            SearchKey(_bare(column)).like(pattern, escape="/") for column in self._texts
        ]
        if shape.names_id:
            found.append(self._table.c.id == bindparam("searched_id", type_=Integer))
        return [or_(*found)]

    def _order(self, sort: str, value: ColumnElement[Any], row_id: ColumnElement[Any]) -> list[ColumnElement[Any]]:
        """The tuple that rows are ordered by, for a value of the column and an id."""
        if sort == "id":
            return [row_id]
        keys = [OrderKey(value), ByteOrder(value)] if isinstance(self._table.c[sort].type, String) else [value]
        return [*keys, row_id]

    def _columns(self, shape: _Shape) -> list[ColumnElement[Any]]:
        return self._order(shape.sort, self._table.c[shape.sort], self._table.c.id)

    def _after(self, shape: _Shape) -> list[ColumnElement[bool]]:
        if not shape.is_continued:
            return []
        value, last_id = bindparam("value", type_=self._table.c[shape.sort].type), bindparam("last_id", type_=Integer)
        rows, last = tuple_(*self._columns(shape)), tuple_(*self._order(shape.sort, value, last_id))
        return [rows < last if shape.is_descending else rows > last]

    def _build_ordered(self, shape: _Shape) -> Select[Any]:
        """All columns that are shown, in the order asked for."""
        order = [column.desc() if shape.is_descending else column for column in self._columns(shape)]
        statement = self._shown.where(*self._matching(shape), *self._after(shape)).order_by(*order)
        return statement.limit(bindparam("limit", type_=Integer)) if shape.is_limited else statement

    def _build_total(self, shape: _Shape) -> Select[Any]:
        """``shape`` without a page; only a search needs to look at what stands beside the rows."""
        if not shape.is_search:
            return select(func.count()).select_from(self._table)
        return self._shown.where(*self._matching(shape)).with_only_columns(func.count(), maintain_column_froms=True)

    def _build_json(self, shape: _Shape) -> Select[Any]:
        """The page as one text, the number of its rows, and the total."""
        rows: FromClause = self._ordered(shape).subquery("shown")
        items = func.coalesce(func.json_agg(literal_column("shown")), literal_column("'[]'::json"))
        whole = select(items.cast(String), func.count()).select_from(rows).subquery("whole")
        return select(whole, self._total(shape).scalar_subquery())


def _bare(column: Any) -> Any:
    """What a column that is shown under another name is made of."""
    return column.element if isinstance(column, Label) else column
