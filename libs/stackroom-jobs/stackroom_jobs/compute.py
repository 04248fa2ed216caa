"""From the records of a chunk to its outcome lines: the same in a worker and in the importer's eager mode."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from stackroom_jobs.operations import Operation
from stackroom_jobs.outcomes import RecordError, failed_line, ok_line

RecordFunction = Callable[[int, Any], msgspec.Struct]  # of a row and its record

_encoder = msgspec.json.Encoder()


@lru_cache
def records_decoder(record_type: type[msgspec.Struct]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(list[record_type | None])  # type: ignore[valid-type]


def compute(operation: Operation, function: RecordFunction, first_row: int, records: bytes) -> bytes:
    """NDJSON, one line per record in order; ``records`` is a JSON array in which null is a refused row.

    RecordError of one record becomes its failed line; every other exception is the caller's.
    """
    lines: list[Any] = []
    for row, record in enumerate(records_decoder(operation.record).decode(records), first_row):
        if record is None:
            continue
        try:
            lines.append(ok_line(row, function(row, record)))
        except RecordError as error:
            failed = failed_line(row, error.code, error.detail, _encoder.encode(record), error.field)
            lines.append(msgspec.Raw(failed.rstrip(b"\n")))
    return _encoder.encode_lines(lines)
