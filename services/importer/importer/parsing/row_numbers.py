"""Numbers of a chunk's rows as text: the lines of the file on which they begin, and which of them were refused."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from operator import itemgetter


def line_runs(first_row: int, lines: Sequence[int]) -> str:
    """Of the rows from ``first_row`` on. Empty where no lines are known, or each is the row's own number."""
    if not lines:
        return ""
    if lines[-1] - lines[0] == len(lines) - 1:  # they only grow, so none is passed over
        return "" if lines[0] == first_row else f"{first_row}:{lines[0]}"
    runs, distance = [], 0
    for row, line in enumerate(lines, first_row):
        if line - row != distance:
            distance = line - row
            runs.append(f"{row}:{line}")
    return " ".join(runs)


class FileLines:
    """What ``line_runs`` wrote, read back."""

    def __init__(self, runs: str) -> None:
        pairs = (run.split(":") for run in runs.split())
        self._runs = [(int(row), int(line)) for row, line in pairs]

    def line_of(self, row: int) -> int | None:
        """None where it is the row's own number."""
        at = bisect_right(self._runs, row, key=itemgetter(0)) - 1
        if at < 0:
            return None
        first_row, first_line = self._runs[at]
        line = first_line + row - first_row
        return None if line == row else line


def gaps_text(refused: Iterable[int]) -> str | None:
    """None where no row was refused; ``refused`` are row numbers in order."""
    runs: list[list[int]] = []
    for row in refused:
        if runs and runs[-1][1] == row - 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs) or None


def rows_between(first_row: int, last_row: int, gaps: str | None) -> list[int]:
    """The rows from first to last that have an outcome."""
    if gaps is None:
        return list(range(first_row, last_row + 1))
    refused: set[int] = set()
    for run in gaps.split(","):
        first, _, last = run.partition("-")
        refused.update(range(int(first), int(last or first) + 1))
    return [row for row in range(first_row, last_row + 1) if row not in refused]
