"""ETags of rows that were just written: the same that a GET of each would say."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from catalog.crud.etag import etag_of
from catalog.crud.list_statements import Joined
from catalog.crud.repository import Repository

_encoder = msgspec.json.Encoder()


class Etags:
    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._joined = repository.resource.joined
        self._beside: Any = _beside_statement(self._joined) if self._joined else None

    def of_ids(self, connection: Connection, ids: list[int]) -> dict[int, str]:
        """Reads the rows back."""
        shown = self._repository.shown(connection, ids)
        return {row_id: etag_of(_encoder.encode(row)) for row_id, row in shown.items()}

    def of_records(self, connection: Connection, records: Sequence[msgspec.Struct]) -> list[str]:
        """In their order. A record has all columns of the table in their order, so it says what is shown of its row."""
        lines = _encoder.encode_lines(records).splitlines()
        if self._joined is None:
            return [etag_of(line) for line in lines]
        references = [getattr(record, self._joined.field) for record in records]
        ends = self._ends(connection, self._joined, set(references))
        return [etag_of(line[:-1] + ends[row_id]) for line, row_id in zip(lines, references, strict=True)]

    def _ends(self, connection: Connection, joined: Joined, references: set[int]) -> dict[int, bytes]:
        """How an object ends that belongs to each of these rows: with the columns that are shown of it."""
        names = [column.name for column in joined.columns]
        rows = connection.execute(self._beside, {"ids": list(references)})
        return {row[0]: b"," + _encoder.encode(dict(zip(names, row[1:], strict=True)))[1:] for row in rows}


def _beside_statement(joined: Joined) -> Any:
    identifier: Any = joined.table.c.id
    return select(identifier, *joined.columns).where(identifier == func.any(bindparam("ids")))
