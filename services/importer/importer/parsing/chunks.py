"""Cut checked rows into chunks: at most so many rows and so many bytes, refused rows left out but counted."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from importer.parsing.refusal import Refusal
from importer.parsing.row_numbers import gaps_text, line_runs
from importer.parsing.rows import Limits, Rows, file_line
from importer.problems import EMPTY_BATCH, TOO_MANY_REFUSED, TOO_MANY_ROWS
from stackroom_kit.problems import FieldError, Problem

MAX_REASONS = 100
_encoder = msgspec.json.Encoder()


class RefusedRow(NamedTuple):
    row: int
    refusal: Refusal


class NewChunk(NamedTuple):
    """From ``first_row`` to ``last_row``; ``rows`` counts records, and is 0 where all of them are refused.

    ``records`` is a JSON array, null = refused. ``lines`` are those of ``line_runs``.
    """

    first_row: int
    last_row: int
    rows: int
    records: bytes
    lines: str
    refused: Sequence[RefusedRow]

    @property
    def gaps(self) -> str | None:
        """The refused rows (``parsing/row_numbers.py``), None where there is none."""
        return gaps_text(row for row, _ in self.refused) if self.refused else None


class Chunks:
    """The chunks of ``source``, cut while they are gone through, once.

    ``rows`` and ``refused`` count what was given so far, and ``input`` is whole at the end, as of ``Rows``.
    Problem 413 or 422 for one row, or one refused row, more than ``limits`` allow, 422 where there is no row.
    """

    def __init__(self, source: Rows, limits: Limits, max_rows: int, max_bytes: int) -> None:
        self._source, self._limits = source, limits
        self._max_rows, self._max_bytes = max_rows, max_bytes
        self._reasons: list[FieldError] = []
        self.rows = 0
        self.refused = 0

    @property
    def input(self) -> dict[str, Any]:
        return self._source.input

    def __iter__(self) -> Iterator[NewChunk]:
        items: list[Any] = []
        lines: list[int] = []
        most = self._max_rows
        for block in self._source.blocks:
            items += block.items
            lines += block.lines
            while len(items) >= most:
                yield from self._counted(items[:most], lines[:most])
                del items[:most], lines[:most]
        yield from self._counted(items, lines)
        if not self.rows:
            raise EMPTY_BATCH(self._source.if_empty)

    def _counted(self, items: list[Any], lines: list[int]) -> list[NewChunk]:
        chunks = _cut(self.rows + 1, items, lines, self._max_bytes) if items else []
        self.rows += len(items)
        if self.rows > self._limits.max_batch_rows:
            raise TOO_MANY_ROWS(f"A batch may have at most {self._limits.max_batch_rows} rows.")
        for chunk in chunks:
            self._count_refused(chunk.refused)
        return chunks

    def _count_refused(self, refused: Sequence[RefusedRow]) -> None:
        """Of a body most of whose rows are wrong, something else is wrong: nothing of it is taken."""
        self.refused += len(refused)
        self._reasons += [_reason(*one) for one in refused[: MAX_REASONS - len(self._reasons)]]
        if self.refused > self._limits.max_refused_rows:
            raise self._too_many_refused()

    def _too_many_refused(self) -> Problem:
        most = self._limits.max_refused_rows
        detail = f"More than {most} rows are wrong, so nothing of it was taken; here are the first reasons."
        return TOO_MANY_REFUSED(detail, *self._reasons[: most + 1])


def _reason(row: int, refusal: Refusal) -> FieldError:
    """The pointer is that of the row in a list of records, whatever form the body has."""
    line = f" (line {refusal.file_line})" if refusal.file_line else ""
    pointer = f"/records/{row - 1}/{refusal.field}".rstrip("/")
    return FieldError(pointer, refusal.code, f"Row {row}{line}: {refusal.detail}")


def _cut(first_row: int, items: list[Any], lines: list[int], max_bytes: int) -> list[NewChunk]:
    """Halved while it is too long; a lone record is a chunk, however long."""
    refused = _refused_rows(first_row, items, lines)
    rows = len(items) - len(refused)
    records = _encoder.encode([None if type(item) is Refusal else item for item in items] if refused else items)
    if len(records) > max_bytes and len(items) > 1 and rows:
        middle = len(items) // 2
        first = _cut(first_row, items[:middle], lines[:middle], max_bytes)
        return first + _cut(first_row + middle, items[middle:], lines[middle:], max_bytes)
    last_row = first_row + len(items) - 1
    return [NewChunk(first_row, last_row, rows, records, line_runs(first_row, lines), refused)]


def _refused_rows(first_row: int, items: list[Any], lines: Sequence[int]) -> list[RefusedRow]:
    if Refusal not in set(map(type, items)):  # rare, and much quicker to ask for than to look for
        return []
    return [
        RefusedRow(first_row + at, item.at(file_line(first_row + at, lines, at)))
        for at, item in enumerate(items)
        if type(item) is Refusal
    ]
