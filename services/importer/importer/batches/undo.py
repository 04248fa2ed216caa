"""A new batch that takes back what a load created, where nobody changed it since."""

import json
from typing import Any

from sqlalchemy import Row

from importer.batches.backpressure import check_room
from importer.batches.follow_ups import follow_up_key
from importer.batches.view import is_finished
from importer.ledger.accept import Accepted, NewBatch
from importer.ledger.follow_ups import accept_undo, created_rows
from importer.problems import NO_LOAD, NOT_FINISHED, NOTHING_CREATED
from importer.services import services
from stackroom_jobs.operations import OPERATIONS
from stackroom_kit.request_id import current_request_id


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
        undo_of=batch.id,
    )
    return accept_undo(here.engine, new, created_rows(here.engine, batch.id))


def _check_can_be_undone(batch: Row[Any]) -> None:
    if OPERATIONS[batch.operation].loads is None or batch.undo_of is not None:
        raise NO_LOAD("Only a load can be undone.")
    if not is_finished(batch):
        raise NOT_FINISHED("The batch is not finished; cancel it or wait.")
    if json.loads(batch.options)["dry_run"] or not batch.created:
        raise NOTHING_CREATED("The batch created nothing that could be taken back.")
