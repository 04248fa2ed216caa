"""The statements of lists: search, order by a column and then by id, pages by keyset, the total.

The order is a tuple: of a text its key, which no server's collation changes, then its bytes, and at last the id. Of
another column that may be null, whether it is comes first. The keyset compares the same tuple, made of the cursor.
"""

import dataclasses
import functools
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    Boolean,
    ColumnElement,
    Integer,
    Select,
    String,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)

from catalog.crud.columns import comparable, is_text, nothing, sent
from catalog.crud.listing import Listing
from catalog.crud.resource import Reference, Resource
from catalog.crud.texts import ByteOrder, OrderKey, RowsOf, SearchKey


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


def parameters_of(asked: Listing, of_null: Any) -> dict[str, Any]:
    """``of_null`` stands for null in the column that rows are ordered by."""
    parameters: dict[str, Any] = {}
    if asked.limit is not None:
        parameters["limit"] = asked.limit
    if asked.after is not None:
        value, parameters["last_id"] = asked.after
        parameters["value"], parameters["is_null"] = (of_null if value is None else value), value is None
    if asked.search:
        escaped = asked.search.replace("/", "//").replace("%", "/%").replace("_", "/_")
        parameters["pattern"] = f"%{escaped}%"
    if asked.searched_id is not None:
        parameters["searched_id"] = asked.searched_id
    return parameters


class ListStatements:
    """Statements are built once for each variant of a listing: building costs more than PostgreSQL needs to answer."""

    def __init__(self, shown: Select[Any], resource: Resource) -> None:
        """``shown`` selects what is shown of a row, with the names of what it refers to beside it."""
        self._shown = shown
        self._table: Any = resource.table
        self._references = resource.references
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
            alternatives.append(self._table.c.id == bindparam("searched_id", type_=self._id_type))
        alternatives += [_refers_to_match(one) for one in self._references if is_text(one.by)]
        alternatives += [_holds_pattern(column) for column in self._table.columns if is_text(column)]
        found = select(self._table.c.id).where(or_(*alternatives)).cte("found")
        return found.prefix_with("MATERIALIZED", dialect="postgresql")

    @property
    def _id_type(self) -> Any:
        return self._table.c.id.type

    def _order(self, sort: str) -> list[ColumnElement[Any]]:
        """The tuple that rows are ordered by."""
        if sort == "id":
            return [self._table.c.id]
        column = self._table.c[sort]
        if is_text(column):
            return [OrderKey(column), ByteOrder(column), self._table.c.id]
        if column.nullable:
            value = func.coalesce(column, literal(nothing(column), sent(column)))
            return [column.is_(None), comparable(column, value), self._table.c.id]
        return [comparable(column, column), self._table.c.id]

    def _place(self, sort: str) -> list[ColumnElement[Any]]:
        """The same tuple of the row that a cursor names."""
        last_id = bindparam("last_id", type_=self._id_type)
        if sort == "id":
            return [last_id]
        column = self._table.c[sort]
        value = bindparam("value", type_=sent(column))
        if is_text(column):
            return [OrderKey(value), ByteOrder(value), last_id]
        value = comparable(column, value)
        if column.nullable:
            return [bindparam("is_null", type_=Boolean), value, last_id]
        return [value, last_id]

    def _after(self, variant: Variant) -> list[ColumnElement[bool]]:
        if not variant.is_continued:
            return []
        rows, last = tuple_(*self._order(variant.sort)), tuple_(*self._place(variant.sort))
        return [rows < last if variant.is_descending else rows > last]

    def _directed(self, variant: Variant) -> list[ColumnElement[Any]]:
        return [one.desc() if variant.is_descending else one for one in self._order(variant.sort)]

    def _build_ordered(self, variant: Variant) -> Select[Any]:
        """All columns that are shown, in the order asked for."""
        matching = (*self._matching(variant), *self._after(variant))
        statement = self._shown.where(*matching).order_by(*self._directed(variant))
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
        return select(self._table.c.id).where(*self._matching(variant)).order_by(*self._directed(variant))

    def _build_block(self, is_range: bool, is_descending: bool) -> Select[Any]:
        """The rows from ``low`` to ``high``, or those of ``ids`` that are still there, in their order. PostgreSQL only.

        The array finds them in one walk through the index; the table made of it knows the order.
        """
        if is_range:
            low, high = (bindparam(name, type_=self._id_type) for name in ("low", "high"))
            order = self._table.c.id.desc() if is_descending else self._table.c.id
            return self._shown.where(self._table.c.id.between(low, high)).order_by(order)
        ids = bindparam("ids", type_=ARRAY(self._id_type))
        wanted = func.unnest(ids).table_valued("id", with_ordinality="place").render_derived(name="wanted")
        row_id = self._table.c.id
        return self._shown.where(row_id == func.any(ids), row_id == wanted.c.id).order_by(wanted.c.place)


def _as_json(rows: Select[Any]) -> Any:
    """Rows as one text, and how many there are."""
    items = func.coalesce(func.json_agg(literal_column("shown")), literal_column("'[]'::json"))
    return select(items.cast(String), func.count()).select_from(rows.subquery("shown"))


def _refers_to_match(reference: Reference) -> ColumnElement[bool]:
    """The other table is looked through once, and not beside each row."""
    table: Any = reference.resource.table
    matching = select(table.c.id).where(_holds_pattern(table.c[reference.resource.shown]))
    return RowsOf(reference.column, matching.scalar_subquery())


def _holds_pattern(column: Any) -> ColumnElement[bool]:
    return SearchKey(column).like(SearchKey(bindparam("pattern", type_=String)), escape="/")
