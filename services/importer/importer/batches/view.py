"""A batch as its readers see it: state, counts by outcome, pace, place in the queue."""

import datetime
from typing import Any

import msgspec
from sqlalchemy import Engine, Row

from importer.batches.answers import Batch, BatchInput, OutcomeCounts, PendingRecord, Sender, WorkInProgress
from importer.ledger import batch as ledger
from importer.ledger.states import BatchState
from importer.ledger.stored import numbered_records
from importer.problems import BATCH_EXPIRED, ONE_BATCH
from importer.registry.loads import resource_of
from importer.services import services
from stackroom_jobs.description import STEPS
from stackroom_jobs.operation import Operation
from stackroom_kit.api import Parameter
from stackroom_kit.problems import NOT_FOUND, Problem
from stackroom_kit.public_path import public_path

MOST_RECORDS = 20
WORD = "[A-Za-z0-9_-]{1,64}"
BATCH_ID = Parameter("batch_id", {"type": "string", "pattern": f"^{WORD}$"}, "The id of the batch.", "path", ONE_BATCH)


def find_batch(engine: Engine, batch_id: str) -> Row[Any] | None:
    return ledger.find_batch(engine, batch_id, services().settings.lease_seconds)


def existing_batch(engine: Engine, batch_id: str) -> Row[Any]:
    """Problem 404 for an id that was never given, 410 for a batch whose rows are gone."""
    row = find_batch(engine, batch_id)
    if row is None:
        raise NOT_FOUND(f"There is no batch {batch_id[:50]!r}.")
    if row.expired_at is not None:
        raise batch_gone(batch_id)
    return row


def operation_of_results(batch: Row[Any]) -> Operation | None:
    """None where nobody knows any more what it was when the batch was accepted: another version came since."""
    found = services().registry.get(batch.operation)
    is_same = found is not None and batch.operation_version in (None, found.description.version)
    return found if is_same else None


def batch_gone(batch_id: str) -> Problem:
    return BATCH_EXPIRED(f"The batch {batch_id} is over: its rows and results were deleted.")


def is_finished(row: Row[Any]) -> bool:
    return not _pending(row)


def _pending(row: Row[Any]) -> int:
    return int(row.ready_rows + row.leased_rows + row.applying_rows)


def outcomes_of(row: Row[Any]) -> OutcomeCounts:
    return OutcomeCounts(
        ok=row.done_rows - row.failed_rows,
        failed=row.failed_rows,
        refused=row.refused,
        cancelled=row.cancelled_rows,
        pending=_pending(row),
    )


def changes_of(row: Row[Any]) -> dict[str, int] | None:
    """What a load did to the catalog; None for what changes nothing there."""
    if resource_of(row.operation) is None:
        return None
    names = ("removed",) if row.undo_of else ("created", "updated", "unchanged", "skipped")
    return {name: getattr(row, name) for name in names}


def _done(row: Row[Any]) -> float:
    """Records that are done, and the parts of records that their workers said are done."""
    return float(row.done_rows) + float(row.part_rows)


def _pace(row: Row[Any]) -> float | None:
    """Records per second from the first claim until the last news, in three digits; None while there is no news.

    Not until now: between two renewals of a lease a worker goes on unheard, and is no slower for that.
    """
    until = row.finished_at if is_finished(row) else row.heard_at
    if row.started_at is None or until is None:
        return None
    seconds = max((until - row.started_at).total_seconds(), 0.001)
    return float(f"{_done(row) / seconds:.3g}")


def _seconds_left(row: Row[Any]) -> float | None:
    """What the rest takes at that pace, less what passed since the last news.

    None where nobody knows: no worker is there, nothing is done yet, or it is overdue and was silent for a lease.
    """
    if is_finished(row):
        return None if row.started_at is None else 0.0
    pace = _pace(row)
    if not pace or row.state == BatchState.WAITING_FOR_WORKER:
        return None
    expected = (_pending(row) - float(row.part_rows)) / pace
    silent = (row.now - row.heard_at).total_seconds()
    return None if silent > max(expected, services().settings.lease_seconds) else round(max(expected - silent, 0.0), 1)


def _progress(row: Row[Any]) -> float:
    """The part that is done, from 0 to 1; of records that are being computed, as much as their workers told."""
    return round(1 - (_pending(row) - float(row.part_rows)) / row.rows, 4) if row.rows else 1.0


def _time(value: datetime.datetime | None) -> datetime.datetime | None:
    return value.astimezone(datetime.UTC) if value else None


def _sender(row: Row[Any]) -> Sender | None:
    return None if row.actor_id is None else Sender(row.actor_id, row.actor_name, row.actor_kind)


def _at_hand(row: Row[Any]) -> WorkInProgress | None:
    if row.total is None:
        return None
    operation = services().registry.get(row.operation)
    return WorkInProgress(row.current, row.total, operation.description.unit if operation else STEPS)


def batch_view(row: Row[Any]) -> Batch:
    """As lists have it: ``GET /batches/<id>`` says more. Times are in UTC."""
    return Batch(
        id=row.id,
        operation=row.operation,
        operation_version=row.operation_version,
        source=row.source,
        queue=row.queue,
        options=msgspec.json.decode(row.options),
        state=row.state,
        rows=row.rows,
        outcomes=outcomes_of(row),
        changes=changes_of(row),
        progress=_progress(row),
        at_hand=_at_hand(row),
        records_per_second=_pace(row),
        seconds_left=_seconds_left(row),
        has_worker=row.has_worker,
        input=msgspec.json.decode(row.input, type=BatchInput),
        sent_by=_sender(row),
        retry_of=row.retry_of,
        undo_of=row.undo_of,
        created_at=row.created_at.astimezone(datetime.UTC),
        started_at=_time(row.started_at),
        finished_at=_time(row.finished_at) if is_finished(row) else None,
        cancelled_at=_time(row.cancelled_at),
        request_id=row.request_id,
        results_url=public_path(f"/api/importer/batches/{row.id}/results"),
    )


def queue_position(engine: Engine, row: Row[Any]) -> int | None:
    """How many open batches of its queue are served before this one, MOST_AHEAD at most; None once it is running."""
    if row.state not in (BatchState.QUEUED, BatchState.WAITING_FOR_WORKER):
        return None
    return ledger.queue_position(engine, row.id)


def pending_records(engine: Engine, batch: Row[Any]) -> list[PendingRecord] | None:
    """The first 20, those in work before the others; None of an operation whose chunks hold many records."""
    operation = services().registry.get(batch.operation)
    if operation is None or operation.max_rows > 1:
        return None
    return [
        _pending_record(chunk, row, record)
        for chunk in ledger.unfinished_records(engine, batch.id, MOST_RECORDS)
        for row, record in numbered_records(chunk.first_row, chunk.records)
    ]


def _pending_record(chunk: Row[Any], row: int, record: bytes) -> PendingRecord:
    """``current`` of ``total`` are null until the worker has told them."""
    is_told = chunk.is_running and chunk.total > 0
    return PendingRecord(
        row=row,
        record=msgspec.Raw(record),
        is_running=chunk.is_running,
        current=chunk.current if is_told else None,
        total=chunk.total if is_told else None,
    )
