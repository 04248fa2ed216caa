"""Rows of a chunk that were refused at the door, and so have no outcome: "3,7-9", counted as rows of the batch."""

from collections.abc import Iterable


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
