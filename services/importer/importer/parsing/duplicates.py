"""Ids that come twice in a load: the later row is refused, whatever the size of the file."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from importer.parsing.checker import Refusal
from importer.parsing.places import Places

_encoder = msgspec.json.Encoder()
REMEMBER = "INSERT OR IGNORE INTO seen (id, row) VALUES (?, ?)"


def without_duplicates(lists: Iterable[list[Any]], places: Places) -> Iterator[list[Any]]:
    """The same rows, with a Refusal in the place of each that has the id of an earlier one.

    Ids are kept in a temporary SQLite database, which goes to disk when it grows: a million ids in a set would need
    more memory than all the rest of a request.
    """
    seen = sqlite3.connect("", isolation_level=None)
    try:
        seen.execute("CREATE TABLE seen (id INTEGER PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID")
        seen.execute("BEGIN")
        first_row = 1
        for items in lists:
            numbered = [(item.id, row) for row, item in enumerate(items, first_row) if type(item) is not Refusal]
            before = seen.total_changes
            seen.executemany(REMEMBER, numbered)
            if seen.total_changes - before < len(numbered):
                _refuse(seen, items, first_row, places)
            yield items
            first_row += len(items)
    finally:
        seen.close()


def _refuse(seen: sqlite3.Connection, items: list[Any], first_row: int, places: Places) -> None:
    for index, item in enumerate(items):
        if type(item) is Refusal:
            continue
        (row,) = seen.execute("SELECT row FROM seen WHERE id = ?", (item.id,)).fetchone()
        if row != first_row + index:
            line = places.line_of(row)
            first = f"Row {row}" if line is None else f"Row {row} (line {line})"
            items[index] = Refusal("duplicate_of", f"{first} has the same id.", "id", _encoder.encode(item))
