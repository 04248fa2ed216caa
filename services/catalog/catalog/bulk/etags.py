"""ETags of rows that were just written: the same that a GET of each would say."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from catalog.crud.etag import etag_of
from catalog.crud.repository import Joined, Repository

_encoder = msgspec.json.Encoder()


class Etags:
    def __init__(self, repository: Repository) -> None:
        self._shown: Any = msgspec.defstruct("Shown", repository.names, gc=False)
        self._joined = repository.joined
        self._place = list(repository.table.columns.keys()).index(self._joined.field) if self._joined else 0
        self._beside = _beside_statement(self._joined) if self._joined else None

    def of(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> Iterator[str]:
        """In the order of the rows, each with the columns of its table."""
        beside = self._columns_beside(connection, rows)
        for row in rows:
            yield etag_of(_encoder.encode(self._shown(*row, *beside[row[self._place]])))

    def _columns_beside(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> dict[Any, Sequence[Any]]:
        """What is shown of the other table, by what each row holds at the place of its id."""
        found = {row[self._place] for row in rows}
        if self._beside is None:
            return dict.fromkeys(found, ())
        return {other[0]: other[1:] for other in connection.execute(self._beside, {"ids": list(found)})}


def _beside_statement(joined: Joined) -> Any:
    identifier: Any = joined.table.c.id
    return select(identifier, *joined.columns).where(identifier == func.any(bindparam("ids")))
