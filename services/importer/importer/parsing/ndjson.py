"""Newline-delimited JSON, read in blocks: bounded memory whatever the length of the file."""

import re
from collections.abc import Iterator
from itertools import islice

from importer.parsing.checker import RecordChecker
from importer.parsing.rows import RowBlock
from importer.parsing.spool import BLOCK_BYTES, Readable

LIST_LINES = 10_000
# What stands before the record in a failed line of results. Without it, such lines are read as fast as any others.
_OF_RESULTS = re.compile(
    rb'^\{"row":[0-9]+,(?:"line":[0-9]+,)?"outcome":"[a-z]+","code":"[a-z_]+",(?:"field":"[^"\\]*",)?"detail":"[^"\\]*",',
    re.MULTILINE,
)


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


def read_ndjson(file: Readable, checker: RecordChecker) -> Iterator[RowBlock]:
    """Records and Refusals in input order; blank lines are no rows."""
    line = 1  # that comes next
    for block in _blocks(file, checker.max_bytes):
        records = None if has_longer_line(block, checker.max_bytes) else checker.lines(_records_of(block))
        if records is None:
            yield from _one_by_one(block, line, checker)
            line += block.count(b"\n")
        else:
            yield RowBlock(records, range(line, line + len(records)))
            line += len(records)


def _records_of(block: bytes) -> bytes:
    """The block itself, but of results only the records in their lines."""
    return _OF_RESULTS.sub(b"{", block) if block.startswith(b'{"row":') else block


def _one_by_one(block: bytes, first_line: int, checker: RecordChecker) -> Iterator[RowBlock]:
    """In short lists: the Refusal of a line of two bytes takes hundreds of bytes."""
    lines = enumerate(block.removesuffix(b"\n").split(b"\n"), first_line)
    while part := list(islice(lines, LIST_LINES)):
        rows = [(number, line) for number, line in part if line.strip()]
        yield RowBlock([checker.check(line) for _, line in rows], [number for number, _ in rows])
