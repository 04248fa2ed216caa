"""What a report must be before it is believed: one line for each record of its chunk, in order, every line decoded."""

from functools import lru_cache
from typing import Any, Literal

import msgspec

from importer.ledger.stored import numbered_records
from importer.parsing.row_numbers import rows_between
from stackroom_jobs.compute import records_decoder
from stackroom_jobs.operation import Operation
from stackroom_jobs.outcomes import Outcome

MAX_DETAIL = 300  # characters of what the decoder says
# What a worker may say of a record; the other outcomes are the importer's own. As plain texts they are compared faster.
OK, FAILED = Outcome.OK.value, Outcome.FAILED.value


class WrongReportError(Exception):
    """The report is not what the records of its chunk can have become."""


class ReportedChunk(msgspec.Struct):
    """The chunk that is reported. ``records`` are there for a load, and where ``gaps`` are not known (older chunks)."""

    first_row: int
    last_row: int
    rows: int
    gaps: str | None
    operation: str
    records: str | None

    def numbers(self) -> list[int]:
        """The rows that must have an outcome."""
        if self.gaps is None and self.records is not None:
            return [row for row, _ in numbered_records(self.first_row, self.records)]
        return rows_between(self.first_row, self.last_row, self.gaps)


def failed_lines(output: bytes, held: ReportedChunk, operation: Operation) -> int:
    """How many records failed. WrongReportError where the report is not this chunk's."""
    lines = _decoded(output, operation)
    _check_rows(output, lines, held)
    failed = [line for line in lines if line.outcome == FAILED]
    if any(line.code is msgspec.UNSET or line.detail is msgspec.UNSET for line in failed):
        raise WrongReportError("A failed line has no code or no detail.")
    if sum(line.result is msgspec.UNSET for line in lines) != len(failed):
        raise WrongReportError("A line that is ok has no result, or a failed one has.")
    if operation.loads is not None:
        _check_ids(lines, operation, held)
    return len(failed)


def _decoded(output: bytes, operation: Operation) -> list[Any]:
    try:
        output.decode()  # the decoder skips fields that nobody asks for
        if b"\0" in output:
            raise WrongReportError("The report holds the character U+0000, which no line may.")
        return _decoder(operation).decode_lines(output)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise WrongReportError(f"A line cannot be read: {error}"[:MAX_DETAIL]) from None


@lru_cache
def _decoder(operation: Operation) -> msgspec.json.Decoder[Any]:
    """Of one line. What a worker makes of a row to be loaded is that row; what the catalog says of it comes later."""
    result: Any = operation.result if operation.loads is None else operation.record
    fields: list[Any] = [
        ("row", int),
        ("outcome", Literal[OK, FAILED]),
        ("result", result | msgspec.UnsetType, msgspec.UNSET),
        ("code", str | msgspec.UnsetType, msgspec.UNSET),
        ("detail", str | msgspec.UnsetType, msgspec.UNSET),
    ]
    return msgspec.json.Decoder(msgspec.defstruct("Line", fields, gc=False))


def _check_rows(output: bytes, lines: list[Any], held: ReportedChunk) -> None:
    rows = held.numbers()
    if len(lines) != len(rows):
        raise WrongReportError(f"The chunk has {len(rows)} records, the report {len(lines)} lines.")
    if b"\r" in output or output.count(b"\n") != len(lines) or not output.endswith(b"\n"):
        raise WrongReportError("A line must end with one line feed, and hold no other end of a line.")
    if [line.row for line in lines] != rows:
        raise WrongReportError("The lines are not those of the chunk's rows in their order.")


def _check_ids(lines: list[Any], operation: Operation, held: ReportedChunk) -> None:
    """A row that is loaded keeps its id: else one batch could overwrite what nobody sent."""
    records = records_decoder(operation.record).decode(held.records or "[]")
    ids = {row: _id_of(record) for row, record in enumerate(records, held.first_row) if record is not None}
    for line in lines:
        if line.outcome == OK and _id_of(line.result) != ids[line.row]:
            raise WrongReportError(f"Row {line.row} has the id {ids[line.row]}, its result {_id_of(line.result)}.")


def _id_of(row: Any) -> int | None:
    """None where the catalog is to make one."""
    found: int | msgspec.UnsetType | None = row.id
    return None if isinstance(found, msgspec.UnsetType) else found
