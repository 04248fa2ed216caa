"""CSV as all services write it, and the one guard that keeps its cells from being taken for formulas.

A spreadsheet program takes a cell for a formula that begins with ``=``, ``+``, ``-`` or ``@``, full width or not, or
with a tab or a line break before it. A program of another language splits cells at another delimiter, whatever quotes
stand around them, so a formula may also begin behind a delimiter or a line break inside a text. ``guarded`` puts a
``'`` before each such place, and before a text that begins with ``'`` itself; ``unguarded`` takes exactly these away.

``unguarded(guarded(text)) == text`` for every text, so nobody has to know whose file it is. A cell that the guard never
writes stays as it is: ``'abc`` is ``'abc``, a lone ``'`` is one. Only ``'=x``, ``''x`` and ``x;'=y`` of a stranger are
read as guarded ones; the importer counts them, and its answer says how many there were.
"""

import csv
import io
import re
from collections.abc import Generator, Iterable, Sequence
from typing import Any

MARK = "\ufeff"  # a byte order mark, without which spreadsheets misread Cyrillic letters
DELIMITERS = (",", ";", "\t", "|")
GUARD = "'"
_FORMULA_SIGNS = "=+-@\uff0b\uff0d\uff1d\uff20"
_SIGNS = re.escape(_FORMULA_SIGNS)
_FIRST = frozenset(f"'{_FORMULA_SIGNS}\t\r\n\0")
_FIRST_GUARDED = re.compile(f"'['{_SIGNS}\t\r\n\0]")
# Behind a delimiter a cell may be quoted, so quotes count for nothing; tabs and line breaks are delimiters themselves.
_INNER = re.compile(f"([,;|\t\r\n][\"\0]*)(?='*[{_SIGNS}])")
_INNER_GUARDED = re.compile(f"([,;|\t\r\n][\"\0]*)'(?='*[{_SIGNS}])")


class UnguardedCell(str):
    """A cell that the writer leaves without a guard."""

    __slots__ = ()


LEFT_OUT = UnguardedCell("'")  # in a file of results: the record does not name this field. The guard writes no text so.


def guarded(text: str) -> str:
    """A cell in which no spreadsheet program finds a formula."""
    inner = _INNER.sub(_with_guard, text)
    return GUARD + inner if text[:1] in _FIRST else inner


def _with_guard(found: re.Match[str]) -> str:
    """A function and no template: ``re`` parses one anew for each call, which costs more than the search."""
    return found[1] + GUARD


def _without_guard(found: re.Match[str]) -> str:
    return found[1]


def unguarded(cell: str) -> str:
    """The text that ``guarded`` made the cell of."""
    if GUARD not in cell:
        return cell
    inner = _INNER_GUARDED.sub(_without_guard, cell)
    return inner[1:] if _FIRST_GUARDED.match(cell) else inner


def csv_blocks(
    names: Sequence[str], blocks: Iterable[Iterable[Sequence[Any]]], delimiter: str = ","
) -> Generator[bytes, None, None]:
    """A file with these heads: UTF-8 with a byte order mark. Texts are guarded, None is an empty cell.

    The heads stand in the first block, so that what fails before it can still be an answer.
    """
    before = MARK + csv_lines([names], delimiter)
    for rows in blocks:
        cells = ([guarded(value) if type(value) is str else value for value in row] for row in rows)
        yield (before + csv_lines(cells, delimiter)).encode("utf-8", "replace")
        before = ""
    if before:
        yield before.encode()


def csv_lines(rows: Iterable[Sequence[Any]], delimiter: str = ",") -> str:
    """As they are, without a guard; None is an empty cell."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()
