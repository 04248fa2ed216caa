"""A new batch of what failed in an old one, which itself never changes."""

from typing import Any

from sqlalchemy import Row

from importer.batches.accept import chunks_of
from importer.batches.backpressure import check_room
from importer.batches.follow_ups import follow_up_key
from importer.batches.view import is_finished
from importer.ledger.accept import Accepted, NewBatch, accept
from importer.ledger.follow_ups import accept_undo, failed_records, left_rows
from importer.parsing.rows import Block, Rows
from importer.problems import NOT_FINISHED, NOTHING_FAILED
from importer.services import services
from stackroom_jobs.operations import OPERATIONS
from stackroom_kit.request_id import current_request_id


def retry(batch: Row[Any]) -> Accepted:
    """One retry per batch: a repeated call gives the same one, and what fails again is retried from there.

    Problem 409 for a batch that is not finished, 422 where nothing failed.
    """
    here, operation = services(), OPERATIONS[batch.operation]
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
        retry_of=batch.id,
        undo_of=batch.undo_of,
    )
    if batch.undo_of is not None:
        return accept_undo(here.engine, new, left_rows(here.engine, batch.id))
    failed = Rows(map(Block, failed_records(here.engine, batch.id)), rows)
    return accept(here.engine, new, chunks_of(here, operation, batch.queue, failed), here.room)
