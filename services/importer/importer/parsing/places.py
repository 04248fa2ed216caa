"""On which line of its file each row stands, and what of the file was passed over."""

from array import array
from bisect import bisect_right
from collections import Counter


class Places:
    """Runs of rows whose lines follow each other, so that only a change of the distance takes room.

    Rows and lines count from 1. ``passed_over`` counts what was in the file and is no part of any record.
    """

    def __init__(self) -> None:
        self._rows = array("q")
        self._lines = array("q")
        self._distance = 0
        self.passed_over: Counter[str] = Counter()

    def begin(self, row: int, line: int) -> None:
        """From this row on; rows come in their order."""
        if line - row != self._distance:
            self._distance = line - row
            self._rows.append(row)
            self._lines.append(line)

    def line_of(self, row: int) -> int | None:
        """None where it is the row's own number, as in a file that has nothing but rows."""
        at = bisect_right(self._rows, row) - 1
        line = row if at < 0 else self._lines[at] + row - self._rows[at]
        return None if line == row else line

    def runs(self, first_row: int, last_row: int) -> str:
        """``row:line`` of each run of these rows, the form in which a chunk keeps them; empty where all are equal."""
        line = self.line_of(first_row)
        runs = [] if line is None else [f"{first_row}:{line}"]
        inside = range(bisect_right(self._rows, first_row), bisect_right(self._rows, last_row))
        return " ".join(runs + [f"{self._rows[at]}:{self._lines[at]}" for at in inside])


def places_of(runs: str) -> Places:
    """What ``runs`` wrote."""
    places = Places()
    for run in runs.split():
        row, line = run.split(":")
        places.begin(int(row), int(line))
    return places
