"""What became of a record: one line of NDJSON with its row and its outcome."""

from enum import StrEnum
from typing import Any

import msgspec

# A line that is sent again has them already.
LINE_FIELDS = ("row", "line", "outcome", "code", "field", "detail")
OWN_FIELDS = frozenset({*LINE_FIELDS, "result"})
_encoder = msgspec.json.Encoder()


class Outcome(StrEnum):
    """REFUSED is said by the importer of a row that became no record, CANCELLED of a record that nobody computed."""

    OK = "ok"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class RecordError(Exception):
    """Raised by an operation's function: this one record fails, with a stable code, a sentence and maybe a field."""

    def __init__(self, code: str, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.field = field


class Normalized(msgspec.Struct, frozen=True, gc=False):
    """Lengths are in characters: of the payload as sent, and of its stripped form."""

    id: str
    normalized_payload: str
    original_length: int
    trimmed_length: int


_OK = Outcome.OK.value  # a plain text: an Enum member is a tenth of a line dearer to write


class OkLine(msgspec.Struct, gc=False):
    row: int
    outcome: str
    result: Any


def _record_fields(record: bytes) -> bytes:
    """The members of a JSON object without its braces; nothing where the text is no object."""
    try:
        value = msgspec.json.decode(record)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return b""
    if not isinstance(value, dict):
        return b""
    kept = {name: value[name] for name in value if name not in OWN_FIELDS}
    return _encoder.encode(kept)[1:-1]


def _line(place: dict[str, int], outcome: Outcome, record: bytes, **reason: str) -> bytes:
    start = _encoder.encode({**place, "outcome": outcome, **reason})[:-1]
    fields = _record_fields(record)
    return start + (b"," + fields if fields else b"") + b"}\n"


def _place(row: int, file_line: int | None) -> dict[str, int]:
    return {"row": row} if file_line is None else {"row": row, "line": file_line}


def _reason(code: str, detail: str, field: str) -> dict[str, str]:
    return {"code": code, **({"field": field} if field else {}), "detail": detail}


def ok_line(row: int, result: Any) -> OkLine:
    """To be encoded with many others at once."""
    return OkLine(row, _OK, result)


def failed_line(row: int, code: str, detail: str, record: bytes, field: str = "") -> bytes:
    """A failed record with its own fields, so that the line can be posted again; ``field`` names the wrong one."""
    return _line({"row": row}, Outcome.FAILED, record, **_reason(code, detail, field))


def refused_line(
    row: int, code: str, detail: str, record: bytes, field: str = "", file_line: int | None = None
) -> bytes:
    """A row that was refused at the door; its fields are there where they could be read.

    ``file_line`` is its line in the file where that is not the row's own number.
    """
    return _line(_place(row, file_line), Outcome.REFUSED, record, **_reason(code, detail, field))


def cancelled_line(row: int, record: bytes, file_line: int | None = None) -> bytes:
    """A record that never will be done, as it was given, so that it can be sent some other day."""
    return _line(_place(row, file_line), Outcome.CANCELLED, record)
