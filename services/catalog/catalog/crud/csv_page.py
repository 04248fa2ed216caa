"""A list as CSV, for spreadsheets: no cell may be taken for a formula."""

from collections.abc import Iterable, Sequence
from typing import Any

from stackroom_kit.csv import MARK, csv_lines, guarded


def csv_page(names: Sequence[str], rows: Iterable[Sequence[Any]], delimiter: str = ",") -> bytes:
    """UTF-8 with a byte order mark."""
    cells = ([guarded(value) if isinstance(value, str) else value for value in row] for row in rows)
    return (MARK + csv_lines([names], delimiter) + csv_lines(cells, delimiter)).encode()
