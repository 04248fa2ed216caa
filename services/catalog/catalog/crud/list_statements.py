"""The statements of lists: search, order by a column and then by id, pages by keyset, the total.

The order is a tuple: of a text its key, which no server's collation changes, then its bytes, and at last the id. The
keyset compares the same tuple, made of the value in the cursor.
"""

import dataclasses
import functools
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    FromClause,
    Integer,
    Label,
    Select,
    String,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)

from catalog.crud.listing import Listing
from catalog.crud.texts import ByteOrder, OrderKey, RowsOf, SearchKey


@dataclasses.dataclass(frozen=True)
class Joined:
    """Columns of another table that are shown beside a row, and never written; ``field`` holds that table's id."""

    table: FromClause
    field: str
    columns: tuple[Label[Any], ...]


@dataclasses.dataclass(frozen=True)
class Variant:
    """What of a listing changes the statement, and not only its parameters."""

    is_limited: bool
    is_continued: bool
    is_search: bool
    names_id: bool
    sort: str
    is_descending: bool

    @classmethod
    def of(cls, asked: Listing) -> "Variant":
        return cls(
            is_limited=asked.limit is not None,
            is_continued=asked.after is not None,
            is_search=asked.search is not None,
            names_id=asked.searched_id is not None,
            sort=asked.sort,
            is_descending=asked.is_descending,
        )


def parameters_of(asked: Listing) -> dict[str, Any]:
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
    """Statements are built once for each variant of a listing: building costs more than PostgreSQL needs to answer."""

    def __init__(self, shown: Select[Any], table: Any, joined: Joined | None) -> None:
        """``shown`` selects from ``table``, maybe with columns of another one beside it."""
        self._shown = shown
        self._table = table
        self._joined = joined
        self._found = functools.cache(self._build_found)
        self.ordered = functools.cache(self._build_ordered)
        self.total = functools.cache(self._build_total)
        self.as_json = functools.cache(self._build_json)
        self.as_json_with_total = functools.cache(self._build_json_with_total)
        self.ids = functools.cache(self._build_ids)
        self.block = functools.cache(self._build_block)
        self.block_as_json = functools.cache(lambda *variant: _as_json(self.block(*variant)))

    def _matching(self, variant: Variant) -> list[ColumnElement[bool]]:
        return [self._table.c.id.in_(select(self._found(variant.names_id).c.id))] if variant.is_search else []

    def _build_found(self, names_id: bool) -> CTE:
        """The ids of rows that hold what is searched for in a text, or have it for their id: looked for once.

        Each alternative asks for columns of one table alone, so that indexes of all of them can be used together. The
        cheap ones come first: where no index helps, a row that has one is not looked at further.
        """
        alternatives: list[ColumnElement[bool]] = []
        if names_id:
            alternatives.append(self._table.c.id == bindparam("searched_id", type_=Integer))
        if self._joined is not None:
            alternatives.append(self._belongs_to_match(self._joined))
        alternatives += [_holds_pattern(column) for column in self._table.columns if isinstance(column.type, String)]
        found = select(self._table.c.id).where(or_(*alternatives)).cte("found")
        return found.prefix_with("MATERIALIZED", dialect="postgresql")

    def _belongs_to_match(self, joined: Joined) -> ColumnElement[bool]:
        """The other table is looked through once, and not beside each row."""
        holds = or_(*(_holds_pattern(label.element) for label in joined.columns))
        return RowsOf(self._table.c[joined.field], select(joined.table.c.id).where(holds).scalar_subquery())

    def _order(self, sort: str, value: ColumnElement[Any], row_id: ColumnElement[Any]) -> list[ColumnElement[Any]]:
        """The tuple that rows are ordered by, for a value of the column and an id."""
        if sort == "id":
            return [row_id]
        keys = [OrderKey(value), ByteOrder(value)] if isinstance(self._table.c[sort].type, String) else [value]
        return [*keys, row_id]

    def _columns(self, variant: Variant) -> list[ColumnElement[Any]]:
        return self._order(variant.sort, self._table.c[variant.sort], self._table.c.id)

    def _after(self, variant: Variant) -> list[ColumnElement[bool]]:
        if not variant.is_continued:
            return []
        value, last_id = bindparam("value", type_=self._table.c[variant.sort].type), bindparam("last_id", type_=Integer)
        rows, last = tuple_(*self._columns(variant)), tuple_(*self._order(variant.sort, value, last_id))
        return [rows < last if variant.is_descending else rows > last]

    def _build_ordered(self, variant: Variant) -> Select[Any]:
        """All columns that are shown, in the order asked for."""
        order = [column.desc() if variant.is_descending else column for column in self._columns(variant)]
        statement = self._shown.where(*self._matching(variant), *self._after(variant)).order_by(*order)
        return statement.limit(bindparam("limit", type_=Integer)) if variant.is_limited else statement

    def _build_total(self, variant: Variant) -> Select[Any]:
        """``variant`` without a page."""
        return select(func.count()).select_from(self._found(variant.names_id) if variant.is_search else self._table)

    def _build_json(self, variant: Variant) -> Any:
        return _as_json(self.ordered(variant))

    def _build_json_with_total(self, variant: Variant) -> Select[Any]:
        return select(self.as_json(variant).subquery("whole"), self.total(variant).scalar_subquery())

    def _build_ids(self, variant: Variant) -> Select[Any]:
        """Of all rows, in the order asked for."""
        columns = [column.desc() if variant.is_descending else column for column in self._columns(variant)]
        return select(self._table.c.id).where(*self._matching(variant)).order_by(*columns)

    def _build_block(self, is_range: bool, is_descending: bool) -> Select[Any]:
        """The rows from ``low`` to ``high``, or those of ``ids`` that are still there, in their order. PostgreSQL only.

        The array finds them in one walk through the index; the table made of it knows the order.
        """
        if is_range:
            low, high = (bindparam(name, type_=Integer) for name in ("low", "high"))
            order = self._table.c.id.desc() if is_descending else self._table.c.id
            return self._shown.where(self._table.c.id.between(low, high)).order_by(order)
        ids = bindparam("ids", type_=ARRAY(Integer))
        wanted = func.unnest(ids).table_valued("id", with_ordinality="place").render_derived(name="wanted")
        row_id = self._table.c.id
        return self._shown.where(row_id == func.any(ids), row_id == wanted.c.id).order_by(wanted.c.place)


def _as_json(rows: Select[Any]) -> Any:
    """Rows as one text, and how many there are."""
    items = func.coalesce(func.json_agg(literal_column("shown")), literal_column("'[]'::json"))
    return select(items.cast(String), func.count()).select_from(rows.subquery("shown"))


def _holds_pattern(column: Any) -> ColumnElement[bool]:
    return SearchKey(column).like(SearchKey(bindparam("pattern", type_=String)), escape="/")
