"""A JSON body that holds ``records``: decoded whole, and record by record only where something is wrong."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from importer.intake.checker import RecordChecker
from stackroom_kit.problems import FieldError, Problem, bad_request
from stackroom_kit.strict_json import StrictJSONError, loads

BLOCK_ROWS = 10_000


class _RawBody(msgspec.Struct, forbid_unknown_fields=True):
    records: list[msgspec.Raw]
    source: str | msgspec.UnsetType = msgspec.UNSET
    enqueue: bool | msgspec.UnsetType = msgspec.UNSET


class Body(msgspec.Struct):
    """``records`` are of the checker's type, or Refusals; the rest as sent."""

    records: list[Any]
    source: str | msgspec.UnsetType
    enqueue: bool | msgspec.UnsetType

    @property
    def has_options(self) -> bool:
        return self.source is not msgspec.UNSET or self.enqueue is not msgspec.UNSET


def _wrong(code: str, detail: str, pointer: str = "") -> Problem:
    return bad_request(detail, FieldError(pointer, code, detail), code=code)


@lru_cache
def _plain_body_decoder(record_type: type[msgspec.Struct]) -> msgspec.json.Decoder[Any]:
    fields: list[tuple[str, Any, Any]] = [
        ("records", list[record_type], msgspec.NODEFAULT),  # type: ignore[valid-type]
        ("source", str | msgspec.UnsetType, msgspec.UNSET),
        ("enqueue", bool | msgspec.UnsetType, msgspec.UNSET),
    ]
    return msgspec.json.Decoder(msgspec.defstruct("PlainBody", fields, forbid_unknown_fields=True))


def _decode_whole(body: bytes, checker: RecordChecker) -> Body | None:
    """The fast way; None where any record might be wrong, or any key might stand twice."""
    try:
        plain = _plain_body_decoder(checker.record_type).decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    given = {
        "records": True,
        "source": plain.source is not msgspec.UNSET,
        "enqueue": plain.enqueue is not msgspec.UNSET,
    }
    once = all(body.count(f'"{key}"'.encode()) == 1 for key, is_given in given.items() if is_given)
    if not once or not checker.looks_plain(body, plain.records) or checker.may_be_too_long(plain.records):
        return None
    return Body(plain.records, plain.source, plain.enqueue)


def _decode_raw(body: bytes) -> _RawBody:
    try:
        return msgspec.json.decode(body, type=_RawBody)
    except msgspec.ValidationError as error:
        sentence, _, path = str(error).partition(" - at ")
        pointer = path.strip("`").removeprefix("$").replace(".", "/")
        if "records" in sentence:
            raise _wrong("records_missing", "The body must hold a list named records.", "/records") from None
        raise _wrong("wrong_body", f"{sentence}.", pointer) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _explained(body) from None


def _explained(body: bytes) -> Problem:
    """What strict JSON says of a body that msgspec cannot read."""
    try:
        loads(body)
    except StrictJSONError as error:
        return _wrong(error.code, error.detail)
    return _wrong("invalid_json", "The body is no JSON that can be read.")


def _check_outer_keys(body: bytes) -> None:
    """A key of the body that stands twice: msgspec would take the last one silently."""
    if all(body.count(key) <= 1 for key in (b'"records"', b'"source"', b'"enqueue"')):
        return
    try:
        loads(body)
    except StrictJSONError as error:
        if error.code == "duplicate_key" and "'records'" in error.detail:
            raise _wrong(error.code, error.detail) from None


def read_json(body: bytes, checker: RecordChecker) -> Body:
    """Problem 400 where the body as a whole is wrong; a wrong record becomes a Refusal in its place."""
    whole = _decode_whole(body, checker)
    if whole is not None:
        return whole
    raw = _decode_raw(body)
    _check_outer_keys(body)
    return Body([checker.check(bytes(record)) for record in raw.records], raw.source, raw.enqueue)


def read_batch(body: bytes, checker: RecordChecker) -> list[Any]:
    """The records of a body that may hold nothing else: the options of a batch stand in the query."""
    found = read_json(body, checker)
    if found.has_options:
        raise _wrong("unknown_field", "The body may hold records only; options are query parameters.")
    return found.records


def blocks(records: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(records), BLOCK_ROWS):
        yield records[start : start + BLOCK_ROWS]
