"""A list as CSV, for spreadsheets: no cell may be taken for a formula."""

from collections.abc import Generator, Iterable, Sequence
from typing import Any

from stackroom_kit.csv import MARK, csv_lines, guarded


def csv_blocks(
    names: Sequence[str], blocks: Iterable[Iterable[Sequence[Any]]], delimiter: str = ","
) -> Generator[bytes, None, None]:
    """UTF-8 with a byte order mark; the heads stand in the first block."""
    before = MARK + csv_lines([names], delimiter)
    for rows in blocks:
        cells = ([guarded(value) if isinstance(value, str) else value for value in row] for row in rows)
        yield (before + csv_lines(cells, delimiter)).encode()
        before = ""
