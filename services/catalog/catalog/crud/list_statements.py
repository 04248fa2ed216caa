"""Lists: search, order by a column and then by id, pages by keyset. One statement gives a page and the total."""

import dataclasses
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Engine,
    FromClause,
    Row,
    Select,
    String,
    and_,
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


class ListStatements:
    def __init__(self, engine: Engine, shown: Select[Any], table: Any) -> None:
        self._engine = engine
        self._shown = shown
        self._table = table
        self._texts = [column for column in table.columns if isinstance(column.type, String)]
        self._is_postgresql = engine.dialect.name == "postgresql"
        self._all_as_json = self._as_json(self._ordered(Listing(None, None, None, "id", False)))

    def page(self, listing: Listing) -> Page:
        """One row more than the limit is read, to know whether a page follows."""
        if not self._is_postgresql:
            return self._page_of_rows(listing)
        if listing == Listing(None, None, None, "id", False):
            return self._json_page(self._all_as_json, listing)
        return self._json_page(self._as_json(self._ordered(listing), listing), listing)

    def rows(self, listing: Listing) -> list[Row[Any]]:
        with self._engine.connect() as connection:
            return list(connection.execute(self._ordered(listing).limit(listing.limit)).all())

    def _matching(self, listing: Listing) -> list[ColumnElement[bool]]:
        if listing.search is None:
            return []
        return [or_(*(column.icontains(listing.search, autoescape=True) for column in self._texts))]

    def _sort_key(self, listing: Listing) -> ColumnElement[Any]:
        column: ColumnElement[Any] = self._table.c[listing.sort]
        return func.coalesce(column, "") if isinstance(column.type, String) else column

    def _after(self, listing: Listing) -> list[ColumnElement[bool]]:
        if listing.after is None:
            return []
        key, row_id = self._sort_key(listing), self._table.c.id
        value, last_id = listing.after
        beyond = (key < value, row_id < last_id) if listing.is_descending else (key > value, row_id > last_id)
        return [or_(beyond[0], and_(key == value, beyond[1]))]

    def _ordered(self, listing: Listing) -> Select[Any]:
        """All columns that are shown, in the order asked for, without the limit."""
        order = [self._sort_key(listing), self._table.c.id]
        if listing.is_descending:
            order = [column.desc() for column in order]
        return self._shown.where(*self._matching(listing), *self._after(listing)).order_by(*order)

    def _total(self, listing: Listing) -> Select[Any]:
        return select(func.count()).select_from(self._table).where(*self._matching(listing))

    def _as_json(self, ordered: Select[Any], listing: Listing | None = None) -> Select[Any]:
        """The page as one text, its length, its last row, and the total."""
        asked = listing or Listing(None, None, None, "id", False)
        rows: FromClause = ordered.limit(asked.limit).subquery("shown")
        items = func.coalesce(func.json_agg(literal_column("shown")), literal_column("'[]'::json"))
        whole = select(items.cast(String), func.count()).select_from(rows).subquery("whole")
        return select(whole, self._total(asked).scalar_subquery())

    def _json_page(self, statement: Select[Any], listing: Listing) -> Page:
        with self._engine.connect() as connection:
            items, count, total = connection.execute(statement).one()
        return Page(items, total, self._following(listing, items, count))

    def _following(self, listing: Listing, items: str, count: int) -> str | int | None:
        """A full page may be the last one; the next page is then empty, which costs one cheap call."""
        if listing.limit is None or count < listing.limit:
            return None
        last = msgspec.json.decode(items)[-1]
        value = last[listing.sort]
        return cursor_of(listing.sort, "" if value is None else value, last["id"])

    def _page_of_rows(self, listing: Listing) -> Page:
        rows = [dict(row._mapping) for row in self.rows(listing)]
        with self._engine.connect() as connection:
            total = connection.execute(self._total(listing)).scalar_one()
        items = msgspec.json.encode(rows).decode()
        return Page(items, total, self._following(listing, items, len(rows)))
