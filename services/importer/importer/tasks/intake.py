"""The body of ``ingest`` and ``progress``: these calls refuse whole what batches refuse row by row."""

import dataclasses
from typing import Any

import msgspec
from flask import request

from importer.batches.accepting import checker_for
from importer.batches.request import DEFAULT_SOURCE
from importer.intake.checker import Refusal
from importer.intake.json_body import read_json
from importer.intake.spool import spool
from importer.services import services
from stackroom_jobs.operations import Operation
from stackroom_kit.problems import FieldError, bad_request, unsupported_media_type

MAX_ERRORS = 100
MAX_SOURCE = 200


@dataclasses.dataclass(frozen=True)
class TaskBody:
    records: list[Any]
    source: str
    enqueue: bool
    digest: str


def _check_records(records: list[Any]) -> None:
    if not records:
        error = FieldError("/records", "empty", "At least one record is needed.")
        raise bad_request("records must be a non-empty list.", error, code="empty_records")
    wrong = [(index, item) for index, item in enumerate(records) if type(item) is Refusal]
    if wrong:
        errors = [_field_error(index, refusal) for index, refusal in wrong[:MAX_ERRORS]]
        raise bad_request(f"{len(wrong)} of {len(records)} records are wrong.", *errors, code="wrong_records")


def _field_error(index: int, refusal: Refusal) -> FieldError:
    pointer = f"/records/{index}/{refusal.field}".rstrip("/")
    return FieldError(pointer, refusal.code, f"Record {index}: {refusal.detail}")


def task_body(operation: Operation) -> TaskBody:
    """Problem 400 that names the index of every wrong record (the first hundred of them)."""
    if request.mimetype != "application/json":
        raise unsupported_media_type("Send the body as application/json.", "application/json")
    spooled = spool(request.stream, operation.name.encode() + b"\n")
    with spooled.file:
        body = read_json(spooled.file.read(), checker_for(operation, services().limits))
    _check_records(body.records)
    source = DEFAULT_SOURCE if body.source is msgspec.UNSET else body.source
    if not source or len(source) > MAX_SOURCE or not source.isprintable():
        detail = f"source must have 1 to {MAX_SOURCE} printable characters."
        raise bad_request(detail, FieldError("/source", "bad_text", detail))
    return TaskBody(body.records, source, body.enqueue is True, spooled.digest)
