"""Lines of a CSV file as text; a row that has no end is refused before it fills the memory."""

from collections.abc import Callable, Iterator
from typing import IO, Any

from importer.parsing.encodings import Encoding
from importer.problems import CSV_ROW_TOO_LONG
from stackroom_kit.problems import Problem

MAX_ROW_CHARACTERS = 1024 * 1024  # with its quotes; a quote that is never closed makes one row of all that follows


class CSVLines:
    """Call ``row_is_over`` behind each row: a row that grows beyond the limit ends the reading with Problem 413."""

    def __init__(self, file: IO[Any], encoding: Encoding) -> None:
        self._text = encoding.text(file)
        self._lines = 0
        self._row_lines = 0
        self._row_characters = 0

    def __iter__(self) -> Iterator[str]:
        readline = self._text.readline
        while line := readline(MAX_ROW_CHARACTERS):
            self._lines += 1
            self._row_characters += len(line)
            if self._row_characters >= MAX_ROW_CHARACTERS:
                raise self._too_long()
            yield line

    def changed_by(self, change: Callable[[str], str] | None) -> Iterator[str]:
        return iter(self) if change is None else map(change, self)

    def skip(self, lines: int) -> None:
        """Those before the first row."""
        for _ in range(lines):
            self._text.readline()
        self._lines = self._row_lines = lines

    @property
    def row_line(self) -> int:
        """The line on which the row at hand begins, from 1."""
        return self._row_lines + 1

    def row_is_over(self) -> int:
        """Gives the line on which it began."""
        line = self._row_lines + 1
        self._row_lines = self._lines
        self._row_characters = 0
        return line

    def detach(self) -> None:
        """Let go of the file without closing it."""
        self._text.detach()

    def _too_long(self) -> Problem:
        detail = f"The row that begins at line {self.row_line} has more than {MAX_ROW_CHARACTERS} characters"
        return CSV_ROW_TOO_LONG(f"{detail}; is a quote left open?")
