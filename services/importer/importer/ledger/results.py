"""Results in input order: outcome lines as the workers wrote them, refused rows in their place."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from sqlalchemy import Engine, Row, TextClause, text

from importer.ledger.stored import numbered_records, only, with_file_lines, with_heads
from importer.parsing.row_numbers import FileLines
from stackroom_jobs.outcomes import Outcome, cancelled_line

CHUNKS_PER_READ = 8
REFUSED_PER_READ = 1000
NOT_OK = "not_ok"  # failed and refused together: what somebody has to look at
OUTCOMES = (Outcome.OK, Outcome.FAILED, Outcome.REFUSED, NOT_OK, Outcome.CANCELLED)
_NOT_OK_OUTCOMES = (Outcome.FAILED, Outcome.REFUSED)

# Results are read a few chunks at a time: one long snapshot would keep dead rows alive for everybody.
OUTPUTS = text("""
SELECT first_row, last_row, failed_rows, rows, output, lines FROM importer.chunk
WHERE batch_id = :batch_id AND state = 'done' AND first_row > :after
ORDER BY first_row LIMIT :limit""")
OUTPUTS_WITH_FAILURES = text("""
SELECT first_row, last_row, failed_rows, rows, output, lines FROM importer.chunk
WHERE batch_id = :batch_id AND state = 'done' AND first_row > :after AND failed_rows > 0
ORDER BY first_row LIMIT :limit""")
CANCELLED_RECORDS = text("""
SELECT first_row, records, lines FROM importer.chunk
WHERE batch_id = :batch_id AND state = 'cancelled' AND first_row > :after
ORDER BY first_row LIMIT :limit""")
REFUSED_ROWS = text("""
SELECT row, line FROM importer.refused_row WHERE batch_id = :batch_id AND row > :after ORDER BY row LIMIT :limit""")


def pages(engine: Engine, statement: TextClause, batch_id: str, key: str, limit: int) -> Iterator[Row[Any]]:
    """Rows of a statement with ``after`` and ``limit``, in short reads; ``key`` names the column that it follows."""
    after = 0
    while True:
        with engine.connect() as connection:
            rows = connection.execute(statement, {"batch_id": batch_id, "after": after, "limit": limit}).all()
        yield from rows
        if len(rows) < limit:
            return
        after = getattr(rows[-1], key)


def _chunks(engine: Engine, batch_id: str) -> Iterator[Row[Any]]:
    return pages(engine, OUTPUTS, batch_id, "first_row", CHUNKS_PER_READ)


def _refused(engine: Engine, batch_id: str) -> Iterator[tuple[int, bytes]]:
    for row in pages(engine, REFUSED_ROWS, batch_id, "row", REFUSED_PER_READ):
        yield row.row, row.line.encode() + b"\n"


def _output(chunk: Row[Any]) -> bytes:
    """Each line says where its row stands in the file, where that is not the row's own number."""
    output: bytes = chunk.output.encode()
    return with_file_lines(output, chunk.lines) if chunk.lines else output


def _merged(chunk: Row[Any], inside: list[tuple[int, bytes]]) -> bytes:
    lines = [(head.row, line) for head, line in with_heads(_output(chunk))]
    return b"".join(line for _, line in sorted(chain(lines, inside)))


def _in_order(chunks: Iterator[Row[Any]], refused: Iterator[tuple[int, bytes]]) -> Iterator[bytes]:
    """Whole chunks pass through as they are; only one that holds refused rows is taken apart."""
    waiting = next(refused, None)
    for chunk in chunks:
        while waiting and waiting[0] < chunk.first_row:
            yield waiting[1]
            waiting = next(refused, None)
        inside = []
        while waiting and waiting[0] <= chunk.last_row:
            inside.append(waiting)
            waiting = next(refused, None)
        yield _merged(chunk, inside) if inside else _output(chunk)
    if waiting:
        yield waiting[1]
    yield from (line for _, line in refused)


def _failing(engine: Engine, batch_id: str) -> Iterator[Row[Any]]:
    return pages(engine, OUTPUTS_WITH_FAILURES, batch_id, "first_row", CHUNKS_PER_READ)


def _cancelled(engine: Engine, batch_id: str) -> Iterator[bytes]:
    for chunk in pages(engine, CANCELLED_RECORDS, batch_id, "first_row", CHUNKS_PER_READ):
        file_lines = FileLines(chunk.lines)
        numbered = numbered_records(chunk.first_row, chunk.records)
        yield b"".join(cancelled_line(row, record, file_lines.line_of(row)) for row, record in numbered)


def results(engine: Engine, batch_id: str, outcome: str | None) -> Iterator[bytes]:
    """Blocks of NDJSON lines of what is done so far; ``outcome`` keeps only lines of one outcome, or of two."""
    if outcome == Outcome.CANCELLED:  # asked for by name only: these rows have no result
        return _cancelled(engine, batch_id)
    if outcome == Outcome.REFUSED:
        return (line for _, line in _refused(engine, batch_id))
    if outcome == Outcome.FAILED:
        return (only(_output(chunk), (Outcome.FAILED,)) for chunk in _failing(engine, batch_id))
    if outcome == NOT_OK:
        in_order = _in_order(_failing(engine, batch_id), _refused(engine, batch_id))
        return (only(block, _NOT_OK_OUTCOMES) for block in in_order)
    if outcome == Outcome.OK:
        return (only(_output(chunk), (Outcome.OK,)) for chunk in _chunks(engine, batch_id))
    return _in_order(_chunks(engine, batch_id), _refused(engine, batch_id))
