"""ETags of rows that were just written: the same that a GET of each would say."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from catalog.crud.columns import shown
from catalog.crud.etag import etag_of
from catalog.crud.repository import Repository
from catalog.crud.resource import Reference

_encoder = msgspec.json.Encoder()


class Etags:
    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._names = [_NamesOf(reference) for reference in repository.resource.references]
        # A floating number may come back another one than was sent.
        self._are_kept = all(field.types != ("number",) for field in repository.resource.schema.fields)
        self._columns = len(repository.table.columns)

    def of(self, connection: Connection, fields: Sequence[str], records: Sequence[Any]) -> dict[int, str]:
        """By id. Records that name every column say themselves what their rows are now; others are read back."""
        if not self._are_kept or len(fields) < self._columns:
            return self._read(connection, [record.id for record in records])
        ends = [names.of(connection, records) for names in self._names]
        lines = _encoder.encode_lines(records).splitlines()
        for names, found in zip(self._names, ends, strict=True):
            lines = [line[:-1] + found[names.id_in(record)] for line, record in zip(lines, records, strict=True)]
        return {record.id: etag_of(line) for line, record in zip(lines, records, strict=True)}

    def _read(self, connection: Connection, ids: list[int]) -> dict[int, str]:
        rows = self._repository.shown(connection, ids)
        return {row_id: etag_of(_encoder.encode(row)) for row_id, row in rows.items()}


class _NamesOf:
    """How an object ends that belongs to a row: with that one's name."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        row_id: Any = reference.target.c.id
        self._query = select(row_id, shown(reference.by)).where(row_id == func.any(bindparam("ids")))

    def id_in(self, record: Any) -> int | None:
        found: int | None = getattr(record, self._reference.field)
        return found

    def of(self, connection: Connection, records: Sequence[Any]) -> dict[int | None, bytes]:
        ids = list({self.id_in(record) for record in records} - {None})
        rows = connection.execute(self._query, {"ids": ids}).all() if ids else []
        return {row[0]: self._end(row[1]) for row in rows} | {None: self._end(None)}

    def _end(self, name: Any) -> bytes:
        return b"," + _encoder.encode({self._reference.shown: name})[1:]
