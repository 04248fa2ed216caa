"""The texts of a chunk as they are stored: its records, a JSON array, and its outcome lines, NDJSON."""

from collections.abc import Container, Iterator

import msgspec

from importer.parsing.row_numbers import FileLines


class Head(msgspec.Struct, gc=False):
    """What every outcome line has. Lines are chosen by decoding this: a text in a record cannot pass for it."""

    row: int
    outcome: str


_records_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_head_decoder = msgspec.json.Decoder(Head)


def numbered_records(first_row: int, records: str) -> Iterator[tuple[int, bytes]]:
    """Each record with its row, still as JSON; null stands for a row that was refused at the door."""
    for row, record in enumerate(_records_decoder.decode(records), first_row):
        if bytes(record) != b"null":
            yield row, bytes(record)


def with_heads(output: bytes) -> Iterator[tuple[Head, bytes]]:
    """Each line with its line feed."""
    return zip(_head_decoder.decode_lines(output), output.splitlines(keepends=True), strict=True)


def only(output: bytes, outcomes: Container[str]) -> bytes:
    """The lines that have one of these outcomes."""
    return b"".join(line for head, line in with_heads(output) if head.outcome in outcomes)


def of_rows(output: bytes, first_row: int, last_row: int) -> bytes:
    """The lines of these rows."""
    return b"".join(line for head, line in with_heads(output) if first_row <= head.row <= last_row)


def with_file_lines(output: bytes, runs: str) -> bytes:
    file_lines = FileLines(runs)
    return b"".join(_placed(line, file_lines.line_of(head.row)) for head, line in with_heads(output))


def _placed(line: bytes, file_line: int | None) -> bytes:
    """Write the file's line behind ``row``, or first where the line does not begin with ``row``."""
    if file_line is None:
        return line
    at = line.index(b",") + 1 if line.startswith(b'{"row":') else line.index(b"{") + 1
    return b'%b"line":%d,%b' % (line[:at], file_line, line[at:])
