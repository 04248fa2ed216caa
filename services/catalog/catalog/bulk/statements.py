"""The statements of a bulk call on one table, built once for each set of fields that rows name."""

import functools
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Executable,
    Integer,
    String,
    Text,
    UpdateBase,
    and_,
    bindparam,
    cast,
    column,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSON, insert

from catalog.crud.columns import is_text
from catalog.crud.texts import Normal

Fields = tuple[str, ...]


class BulkStatements:
    """Rows come as one JSON text, ``:rows``; PostgreSQL takes it apart, which costs the client next to nothing."""

    def __init__(self, table: Any) -> None:
        self._table = table
        self.upsert = functools.cache(self._build_upsert)
        self.update = functools.cache(self._build_update)
        self.held_elsewhere = functools.cache(self._build_held_elsewhere)
        self.lock = select(table.c.id).where(table.c.id == func.any(bindparam("ids"))).order_by(table.c.id)

    def _given(self, fields: Fields) -> Any:
        columns = [column(name, self._type(name)) for name in fields]
        rows = func.json_to_recordset(cast(bindparam("rows", type_=String), JSON))
        return rows.table_valued(*columns).render_derived(name="given", with_types=True)

    def _type(self, name: str) -> Any:
        """As a value stands in the JSON; a text there has no length of its own."""
        kind = self._table.c[name].type
        return Text if isinstance(kind, String) else kind

    @property
    def new_ids(self) -> Executable:
        """As many as ``:count``, of the sequence that makes them. PostgreSQL only."""
        name = func.pg_get_serial_sequence(literal(self._table.fullname, String), "id")
        numbers = func.generate_series(1, bindparam("count", type_=Integer)).table_valued("number")
        return select(func.nextval(name)).select_from(numbers)

    def _differs(self, source: Any, fields: Fields) -> ColumnElement[bool]:
        """Some field is another than before; without fields nothing is."""
        return or_(literal_column("false"), *(self._is_another(self._table.c[name], source[name]) for name in fields))

    def _is_another(self, before: Any, now: Any) -> ColumnElement[bool]:
        """Whether the normal form of a text differs, so that an old row goes out and comes back unchanged.

        ``now`` has its normal form already, as every item that was read.
        """
        differs: ColumnElement[bool] = before.is_distinct_from(now)
        return and_(differs, Normal(before).is_distinct_from(now)) if is_text(before) else differs

    def _build_upsert(self, fields: Fields, replaces: bool) -> Executable:
        """Gives two arrays, the ids of new rows and those of changed ones; ordered, against deadlocks."""
        given = self._given(fields)
        statement = insert(self._table).from_select(list(fields), select(given).order_by(given.c.id))
        others = tuple(name for name in fields if name != "id")
        if not replaces or not others:
            statement = statement.on_conflict_do_nothing(index_elements=["id"])
        else:
            values = {name: statement.excluded[name] for name in others}
            differs = self._differs(statement.excluded, others)
            statement = statement.on_conflict_do_update(index_elements=["id"], set_=values, where=differs)
        is_new = literal_column("xmax = 0", Boolean).label("is_new")
        written = statement.returning(is_new, self._table.c.id).cte("written")
        ids = func.array_agg(written.c.id)
        return select(ids.filter(written.c.is_new), ids.filter(not_(written.c.is_new)))

    def _build_update(self, fields: Fields) -> UpdateBase:
        """For rows that name too little to be new: gives the id of every row that is another now."""
        given = self._given(fields)
        others = tuple(name for name in fields if name != "id")
        where = (self._table.c.id == given.c.id, self._differs(given.c, others))
        values = {name: given.c[name] for name in others}
        statement: UpdateBase = self._table.update().where(*where).values(values).returning(self._table.c.id)
        return statement

    def _build_held_elsewhere(self, columns: Fields) -> Executable:
        """The ids of rows that have in ``columns`` what a row has that is none of them."""
        given = self._given(("id", *columns))
        others = self._table.alias("other")
        same = [others.c[name] == given.c[name] for name in columns]
        given_ids = select(self._given(("id",)).alias("known").c.id)
        return select(given.c.id).select_from(given.join(others, and_(*same))).where(others.c.id.not_in(given_ids))
