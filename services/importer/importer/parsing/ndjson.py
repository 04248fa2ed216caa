"""Newline-delimited JSON, read in blocks: bounded memory whatever the length of the file."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from importer.parsing.checker import RecordChecker
from importer.parsing.places import Places
from importer.parsing.spool import BLOCK_BYTES, Readable

LIST_LINES = 10_000
# What a failed line of results says of its record; without it a block of such lines is as quickly read as any other.
_SAID = re.compile(
    rb'^\{"row":[0-9]+,(?:"line":[0-9]+,)?"outcome":"[a-z]+","code":"[a-z_]+",(?:"field":"[^"\\]*",)?"detail":"[^"\\]*",',
    re.MULTILINE,
)
Item = Any  # a record of the checker's type, or a Refusal


def _blocks(file: Readable, max_line: int) -> Iterator[bytes]:
    """Blocks that end at a line break. A line longer than ``max_line`` is cut off at its limit plus one byte."""
    rest = b""
    while data := file.read(BLOCK_BYTES):
        block = rest + data
        cut = block.rfind(b"\n") + 1
        rest = block[cut:]
        if cut:
            yield block[:cut]
        if len(rest) > max_line:
            yield rest[: max_line + 1] + b"\n"
            rest = _skip_line(file)
    if rest:
        yield rest


def _skip_line(file: Readable) -> bytes:
    """Read past the end of a line that is refused anyway; gives what follows it in the last block read."""
    while data := file.read(BLOCK_BYTES):
        _, found, rest = data.partition(b"\n")
        if found:
            return rest
    return b""


def has_longer_line(block: bytes, most: int) -> bool:
    """Whether a line has more bytes than ``most``: looks at a few places, and not at every line."""
    start = 0
    while len(block) - start > most:
        start = block.rfind(b"\n", start, start + most + 1) + 1
        if not start:
            return True
    return False


def _fast(block: bytes, checker: RecordChecker) -> list[Item] | None:
    """All records of a block at once, or None where one of them might be wrong."""
    if has_longer_line(block, checker.max_bytes):
        return None
    if block.startswith(b'{"row":'):
        block = _SAID.sub(b"{", block)
    try:
        records = checker.lines(block)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    # The decoder takes any white space between values and inside them; a row is a line, whatever stands beside it.
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    return checker.plain(block, records) if len(records) == lines else None


def read_ndjson(file: Readable, checker: RecordChecker, places: Places | None = None) -> Iterator[list[Item]]:
    """Lists of records and Refusals in input order; blank lines are no rows. ``places`` hears of their lines."""
    reader = _LineByLine(checker, places or Places())
    for block in _blocks(file, checker.max_bytes):
        items = _fast(block, checker)
        yield from [reader.passed(items)] if items is not None else reader.lists(block)


class _LineByLine:
    """Counts rows and lines; checks the lines of a block that may hold something wrong."""

    def __init__(self, checker: RecordChecker, places: Places) -> None:
        self._checker = checker
        self._places = places
        self._row = self._line = 1  # that come next

    def passed(self, items: list[Item]) -> list[Item]:
        """Of a block in which every line is a record."""
        self._places.begin(self._row, self._line)
        self._row += len(items)
        self._line += len(items)
        return items

    def lists(self, block: bytes) -> Iterator[list[Item]]:
        """In short lists: what is wrong of a line of two bytes takes hundreds."""
        lines = iter(block.removesuffix(b"\n").split(b"\n"))
        while part := list(islice(lines, LIST_LINES)):
            yield [self._checker.check(line) for line in part if self._is_row(line)]

    def _is_row(self, line: bytes) -> bool:
        is_row = bool(line.strip())
        if is_row:
            self._places.begin(self._row, self._line)
        self._row += is_row
        self._line += 1
        return is_row
