"""What is made of a finished batch, which itself never changes: one retry and one undo at most, as new batches."""

import json
from typing import Any, Literal

from sqlalchemy import Engine, Row

from importer.batches.accept import chunks_of
from importer.batches.backpressure import check_room
from importer.batches.request import operation_named
from importer.batches.sender import sent_by
from importer.batches.view import is_finished
from importer.ledger.accept import Accepted, NewBatch, accept
from importer.ledger.follow_ups import accept_undo, batches_of_keys, created_rows, failed_records, left_rows
from importer.parsing.rows import RowBlock, Rows
from importer.problems import NO_LOAD, NOT_FINISHED, NOTHING_CREATED, NOTHING_FAILED
from importer.registry.loads import resource_of
from importer.services import services
from stackroom_kit.request_id import current_request_id

FollowUp = Literal["retry", "undo"]


def retry(batch: Row[Any]) -> Accepted:
    """One retry per batch: a repeated call gives the same one, and what fails again is retried from there.

    Problem 409 for a batch that is not finished, 422 where nothing failed.
    """
    here, operation = services(), operation_named(batch.operation)
    if not is_finished(batch):
        raise NOT_FINISHED("The batch is not finished; cancel it or wait.")
    rows = batch.failed_rows + batch.cancelled_rows
    if not rows:
        raise NOTHING_FAILED("Nothing of this batch failed that could be tried again.")
    check_room(here.open_chunks, here.settings, batch.source, here.room)
    new = NewBatch(
        operation=operation.name,
        options=batch.options,
        source=batch.source,
        queue=batch.queue,
        request_id=current_request_id(),
        digest=batch.id,
        idempotency_key=follow_up_key("retry", batch.id),
        applies=operation.loads is not None,
        operation_version=None if batch.undo_of else operation.description.version,
        retry_of=batch.id,
        undo_of=batch.undo_of,
        **sent_by(),
    )
    if batch.undo_of is not None:
        return accept_undo(here.engine, new, left_rows(here.engine, batch.id))
    failed = Rows(map(RowBlock, failed_records(here.engine, batch.id)), rows)
    return accept(here.engine, new, chunks_of(here, operation, batch.queue, failed), here.room)


def undo(batch: Row[Any]) -> Accepted:
    """One undo per batch: a repeated call gives the same one. Problem 409 and 422 where there is nothing to undo."""
    here = services()
    _check_can_be_undone(batch)
    check_room(here.open_chunks, here.settings, batch.source, here.room)
    new = NewBatch(
        operation=batch.operation,
        options=json.dumps({"undo": True}),
        source=batch.source,
        queue=batch.queue,
        request_id=current_request_id(),
        digest=batch.id,
        idempotency_key=follow_up_key("undo", batch.id),
        applies=True,
        operation_version=None,
        undo_of=batch.id,
        **sent_by(),
    )
    return accept_undo(here.engine, new, created_rows(here.engine, batch.id))


def _check_can_be_undone(batch: Row[Any]) -> None:
    if resource_of(batch.operation) is None or batch.undo_of is not None:
        raise NO_LOAD("Only a load can be undone.")
    if not is_finished(batch):
        raise NOT_FINISHED("The batch is not finished; cancel it or wait.")
    if json.loads(batch.options)["dry_run"] or not batch.created:
        raise NOTHING_CREATED("The batch created nothing that could be taken back.")


def follow_up_key(what: FollowUp, batch_id: str) -> str:
    """The key of that batch. It has a space, which no key of a client may have."""
    return f"{what} {batch_id}"


def follow_ups(engine: Engine, batch_id: str) -> tuple[str | None, str | None]:
    """The ids of its retry and its undo, None of what nobody asked for yet."""
    retry, undo = follow_up_key("retry", batch_id), follow_up_key("undo", batch_id)
    ids = batches_of_keys(engine, [retry, undo])
    return ids.get(retry), ids.get(undo)
