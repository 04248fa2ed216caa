"""Values as cells of a CSV file: days and decimals need no guard against formulas, truths are true and false."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from stackroom_kit.csv import UnguardedCell
from stackroom_kit.schema import Field, Schema

Rows = Iterable[Sequence[Any]]


def cells_of(schema: Schema) -> Callable[[Iterable[Rows]], Iterable[Rows]]:
    """What changes blocks of rows on their way into a file."""
    changed = [(at, _written(field)) for at, field in enumerate(schema.fields) if not _is_plain(field)]
    if not changed:
        return lambda blocks: blocks

    def cells(blocks: Iterable[Rows]) -> Iterator[Rows]:
        for rows in blocks:
            yield [_row(row, changed) for row in rows]

    return cells


def _row(row: Sequence[Any], changed: list[tuple[int, Callable[[Any], str]]]) -> list[Any]:
    cells = list(row)
    for at, write in changed:
        if cells[at] is not None:
            cells[at] = write(cells[at])
    return cells


def _is_plain(field: Field) -> bool:
    return field.format is None and field.types != ("boolean",)


def _written(field: Field) -> Callable[[Any], str]:
    return _truth if field.types == ("boolean",) else UnguardedCell


def _truth(value: bool) -> str:
    return UnguardedCell("true" if value else "false")
