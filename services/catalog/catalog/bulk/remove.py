"""Take rows away that nobody changed since: how a load is undone."""

from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from catalog.bulk.outcomes import Outcome
from catalog.crud.etag import etag_of
from catalog.crud.repository import Repository

_encoder = msgspec.json.Encoder()


class RemoveItem(msgspec.Struct, forbid_unknown_fields=True):
    """``etag`` is what the row's GET says, with its quotes."""

    id: int
    etag: str


class Removal:
    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        table = repository.table
        self._lock = select(table.c.id).where(table.c.id == func.any(bindparam("ids"))).order_by(table.c.id)
        self._delete = table.delete().where(table.c.id == func.any(bindparam("ids")))

    def run(self, connection: Connection, items: list[RemoveItem]) -> list[Outcome]:
        """A row that is locked here cannot come into use: who wants to point to it waits, and then does not find it."""
        ids = sorted({item.id for item in items})
        connection.execute(self._lock.with_for_update(), {"ids": ids})
        shown = self._repository.shown(connection, ids)
        used = self._used(connection, ids)
        outcomes = [_outcome(index, item, shown.get(item.id), used) for index, item in enumerate(items)]
        connection.execute(self._delete, {"ids": [one.id for one in outcomes if one.outcome == "removed"]})
        return outcomes

    def _used(self, connection: Connection, ids: list[int]) -> dict[int, str]:
        """How many rows point to each of these."""
        used = {}
        for dependent in self._repository.dependents:
            column = dependent.column
            query = select(column, func.count()).where(column == func.any(bindparam("ids"))).group_by(column)
            for row_id, count in connection.execute(query, {"ids": ids}):
                used[row_id] = f"It is still used by {dependent.counted(count)}."
        return used


def _outcome(index: int, item: RemoveItem, row: dict[str, Any] | None, used: dict[int, str]) -> Outcome:
    if row is None:
        return Outcome(index, item.id, "left", code="missing", detail="The row is not there any more.")
    if etag_of(_encoder.encode(row)) != item.etag:
        return Outcome(index, item.id, "left", code="changed", detail="The row was changed in between.")
    if item.id in used:
        return Outcome(index, item.id, "left", code="in_use", detail=used[item.id])
    return Outcome(index, item.id, "removed")
