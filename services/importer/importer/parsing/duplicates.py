"""Ids that come twice in a load: the later row is refused, whatever the size of the file."""

import sqlite3
import weakref
from typing import Any

import msgspec

from importer.parsing.refusal import Refusal
from importer.parsing.rows import RowBlock

_encoder = msgspec.json.Encoder()
_CREATE = "CREATE TABLE seen (id INTEGER PRIMARY KEY, row INTEGER NOT NULL, line INTEGER) WITHOUT ROWID"
_REMEMBER = "INSERT OR IGNORE INTO seen (id, row, line) VALUES (?, ?, ?)"


class SeenIds:
    """The ids of all rows so far, each with the first row that has it.

    They are kept in a temporary SQLite database, which goes to disk when it grows: a million ids in a set would need
    more memory than all the rest of a request.
    """

    def __init__(self) -> None:
        self._seen = sqlite3.connect("", isolation_level=None)
        weakref.finalize(self, self._seen.close)
        self._seen.execute(_CREATE)
        self._seen.execute("BEGIN")
        self._next_row = 1

    def refuse_repeated(self, block: RowBlock) -> RowBlock:
        """The block that comes next, with a Refusal in the place of each row that has the id of an earlier one."""
        first_row, (items, lines) = self._next_row, block
        self._next_row += len(items)
        rows = [
            (item.id, row, lines[at] if lines else None)
            for at, (row, item) in enumerate(enumerate(items, first_row))
            if type(item) is not Refusal and isinstance(item.id, int)
        ]
        before = self._seen.total_changes
        self._seen.executemany(_REMEMBER, rows)
        if self._seen.total_changes - before == len(rows):
            return block
        return RowBlock([self._checked(row, item) for row, item in enumerate(items, first_row)], lines)

    def _checked(self, row: int, item: Any) -> Any:
        if type(item) is Refusal or not isinstance(item.id, int):
            return item
        query = "SELECT row, line FROM seen WHERE id = ?"
        first_row, line = self._seen.execute(query, (item.id,)).fetchone()
        if first_row == row:
            return item
        first = f"Row {first_row}" if line in (None, first_row) else f"Row {first_row} (line {line})"
        return Refusal("duplicate_of", f"{first} has the same id.", "id", _encoder.encode(item))
