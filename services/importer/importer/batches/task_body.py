"""The body of ``ingest`` and ``progress``. They refuse a whole body for one wrong record; a batch refuses the row."""

import dataclasses
from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from flask import request
from msgspec import Meta

from importer.batches.accept import checker_for
from importer.batches.request import DEFAULT_SOURCE, SOURCE, SOURCE_EXPECTED, is_source
from importer.parsing.json_body import OPTIONS, JSONBody
from importer.parsing.refusal import Refusal
from importer.parsing.rows import RowBlock
from importer.parsing.spool import spool
from importer.problems import EMPTY_RECORDS, WRONG_RECORDS
from importer.services import services
from stackroom_jobs.operation import Operation
from stackroom_jobs.records import Record
from stackroom_kit.arguments import BAD_TEXT
from stackroom_kit.problems import UNSUPPORTED_MEDIA_TYPE, FieldError
from stackroom_kit.strict_json import check_json_length

MAX_ERRORS = 100


class TaskRecords(msgspec.Struct, forbid_unknown_fields=True):
    """What is sent."""

    records: Annotated[list[Record], Meta(min_length=1)]
    source: Annotated[str, Meta(pattern=f"^{SOURCE}$")] = DEFAULT_SOURCE
    enqueue: bool = False


@dataclasses.dataclass(frozen=True)
class TaskBody:
    records: list[Any]
    source: str
    enqueue: bool
    digest: str


class _Records:
    """All records of a body that is right; of a wrong one the first faults, and how many there are."""

    def __init__(self, blocks: Iterable[RowBlock]) -> None:
        self.good: list[Any] = []
        self._rows = self._wrong = 0
        self._errors: list[FieldError] = []
        for block in blocks:
            self._take(block.items)
        if not self._rows:
            error = FieldError("/records", "empty", "At least one record is needed.")
            raise EMPTY_RECORDS("records must be a non-empty list.", error)
        if self._wrong:
            detail = f"{self._wrong} of {self._rows} records are wrong."
            raise WRONG_RECORDS(detail, *self._errors)

    def _take(self, items: list[Any]) -> None:
        wrong = [(row, item) for row, item in enumerate(items, self._rows) if type(item) is Refusal]
        self._rows += len(items)
        self._wrong += len(wrong)
        self._errors += [_field_error(row, item) for row, item in wrong[: MAX_ERRORS - len(self._errors)]]
        if self._wrong:
            self.good.clear()
        else:
            self.good += items


def _field_error(index: int, refusal: Refusal) -> FieldError:
    pointer = f"/records/{index}/{refusal.field}".rstrip("/")
    return FieldError(pointer, refusal.code, f"Record {index}: {refusal.detail}")


def task_body(operation: Operation) -> TaskBody:
    """Problem 400 that names the index of every wrong record (the first hundred of them), 413, 415."""
    if request.mimetype != "application/json":
        raise UNSUPPORTED_MEDIA_TYPE("Send the body as application/json.", headers={"Accept-Post": "application/json"})
    check_json_length()
    length = request.content_length or 0
    with spool(request.stream, operation.name.encode() + b"\n", services().room, length) as spooled:
        body = JSONBody(spooled, checker_for(operation, services().limits), frozenset(OPTIONS))
        records = _Records(body.blocks()).good
    source = body.options.get("source", DEFAULT_SOURCE)
    if not is_source(source):
        raise BAD_TEXT.at("/source", SOURCE_EXPECTED)
    return TaskBody(records, source, body.options.get("enqueue", False), spooled.digest)
