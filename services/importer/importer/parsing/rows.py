"""Rows while they are read: blocks of records and refusals, and what the answer says of their body."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple


class RowBlock(NamedTuple):
    """Rows that follow each other: each a record of the operation, or the Refusal in its place.

    ``lines`` says on which line of the file each begins, from 1; it is empty where the body has no such lines.
    """

    items: list[Any]
    lines: Sequence[int] = ()


def file_line(row: int, lines: Sequence[int], at: int) -> int | None:
    """The line of ``row``, the one at this place of a block; None where it is the row's own number."""
    line = lines[at] if lines else row
    return None if line == row else line


@dataclasses.dataclass
class Notes:
    """What of a body was passed over, or read otherwise than it stands there; whole when all of it is read.

    ``fields`` are names, ``passed_over`` counts rows, columns and separator lines.
    """

    fields: list[str] = dataclasses.field(default_factory=list)
    passed_over: Counter[str] = dataclasses.field(default_factory=Counter)
    unguarded_cells: int = 0

    def note_field(self, name: str) -> None:
        """A field or column that was there and counts for nothing."""
        if name not in self.fields:
            self.fields.append(name)

    def shown(self) -> dict[str, Any]:
        """Nothing where there is nothing to say."""
        passed_over = {**({"fields": self.fields} if self.fields else {}), **self.passed_over}
        notes = {"unguarded_cells": self.unguarded_cells, "passed_over": passed_over}
        return {name: note for name, note in notes.items() if note}


@dataclasses.dataclass(frozen=True)
class Limits:
    """Of a body that is taken."""

    max_record_bytes: int
    max_batch_rows: int
    max_refused_rows: int


@dataclasses.dataclass(frozen=True)
class Rows:
    """The rows of a body, read while ``blocks`` is gone through, once. ``expected`` is about how many they are.

    ``described`` says what the body was read as. ``if_empty`` is said where there is no row.
    """

    blocks: Iterable[RowBlock]
    expected: int
    described: dict[str, Any] = dataclasses.field(default_factory=dict)
    notes: Notes = dataclasses.field(default_factory=Notes)
    if_empty: str = "A batch must have at least one row."

    @property
    def input(self) -> dict[str, Any]:
        """What the answer says of the body; whole when all rows are read."""
        return {**self.described, **self.notes.shown()}
