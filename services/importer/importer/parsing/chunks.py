"""Cut checked rows into chunks: at most so many rows and so many bytes, refused rows left out but counted."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from importer.parsing.checker import Refusal
from importer.parsing.gaps import gaps_text
from importer.parsing.places import Places

_encoder = msgspec.json.Encoder()


@dataclasses.dataclass(frozen=True)
class NewChunk:
    """From ``first_row`` to ``last_row``; ``rows`` counts records. ``records`` is a JSON array, null = refused.

    ``gaps`` names the refused rows (``parsing/gaps.py``), None where there is none.
    ``lines`` are the runs of their lines in the file (see Places).
    """

    first_row: int
    last_row: int
    rows: int
    gaps: str | None
    records: bytes
    lines: str = ""


class Chunker:
    """Gives chunks while rows come in; ``refuse`` is told of every refused row. Rows are numbered from 1."""

    def __init__(
        self, max_rows: int, max_bytes: int, refuse: Callable[[int, Refusal], None], places: Places | None = None
    ) -> None:
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._refuse = refuse
        self._places = places or Places()
        self.rows = 0
        self.refused = 0

    def chunks(self, lists: Iterable[list[Any]]) -> Iterator[NewChunk]:
        waiting: list[Any] = []
        for items in lists:
            waiting += items
            while len(waiting) >= self._max_rows:
                yield from self._chunks_of(waiting[: self._max_rows])
                del waiting[: self._max_rows]
        yield from self._chunks_of(waiting)

    def _chunks_of(self, items: list[Any]) -> Iterator[NewChunk]:
        first_row = self.rows + 1
        self.rows += len(items)
        if Refusal in set(map(type, items)):  # rare, and much quicker to ask for than to look for
            self._take_out_refusals(first_row, items)
        yield from self._cut(first_row, items)

    def _take_out_refusals(self, first_row: int, items: list[Any]) -> None:
        for offset, item in enumerate(items):
            if type(item) is Refusal:
                self._refuse(first_row + offset, item.at(self._places.line_of(first_row + offset)))
                items[offset] = None
                self.refused += 1

    def _cut(self, first_row: int, items: list[Any]) -> Iterator[NewChunk]:
        """Halve what is too long; a lone record is a chunk, however long."""
        rows = len(items) - items.count(None)
        if not rows:
            return
        records = _encoder.encode(items)
        if len(records) > self._max_bytes and len(items) > 1:
            middle = len(items) // 2
            yield from self._cut(first_row, items[:middle])
            yield from self._cut(first_row + middle, items[middle:])
        else:
            last_row = first_row + len(items) - 1
            gaps = None if rows == len(items) else gaps_text(_refused_rows(first_row, items))
            yield NewChunk(first_row, last_row, rows, gaps, records, self._places.runs(first_row, last_row))


def _refused_rows(first_row: int, items: list[Any]) -> Iterator[int]:
    return (row for row, item in enumerate(items, first_row) if item is None)
