"""From the records of a chunk to its outcome lines: the same in a worker and in the importer's eager mode."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from stackroom_jobs.operation import Operation
from stackroom_jobs.outcomes import RecordError, failed_line, ok_line

RecordFunction = Callable[[int, Any], Any]  # of a row and its record

_encoder = msgspec.json.Encoder()
_raw_records = msgspec.json.Decoder(list[msgspec.Raw])


@lru_cache
def records_decoder(record_type: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(list[record_type | None])


def compute(operation: Operation, function: RecordFunction, first_row: int, records: bytes) -> bytes:
    """NDJSON, one line per record in order; ``records`` is a JSON array in which null is a refused row.

    RecordError of one record becomes its failed line; every other exception is the caller's.
    """
    try:
        found = records_decoder(operation.record).decode(records)
    except msgspec.ValidationError:
        found = [None if bytes(record).strip() == b"null" else record for record in _raw_records.decode(records)]
        function = _one_by_one(operation, function)
    return _lines(function, first_row, found)


def _lines(function: RecordFunction, first_row: int, records: list[Any]) -> bytes:
    lines: list[Any] = []
    for row, record in enumerate(records, first_row):
        if record is None:
            continue
        try:
            lines.append(ok_line(row, function(row, record)))
        except RecordError as error:
            failed = failed_line(row, error.code, error.detail, _encoder.encode(record), error.field)
            lines.append(msgspec.Raw(failed.rstrip(b"\n")))
    return _encoder.encode_lines(lines)


def _one_by_one(operation: Operation, function: RecordFunction) -> RecordFunction:
    """Of records as they came, where one is not what this worker takes: it fails alone."""
    decoder = msgspec.json.Decoder(operation.record)

    def decoded(row: int, record: msgspec.Raw) -> Any:
        try:
            taken = decoder.decode(record)
        except msgspec.ValidationError as error:
            raise RecordError("wrong_record", f"The worker takes no such record: {error}.") from None
        return function(row, taken)

    return decoded
