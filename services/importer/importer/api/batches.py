"""The calls under ``/api/importer/batches``, but those for lists and results."""

from collections.abc import Callable
from typing import Any

from flask import Response
from sqlalchemy import Row

from importer.api.batch_bodies import BATCH_BODIES
from importer.batches.accept import accept_batch
from importer.batches.answers import Batch, DeletedBatch
from importer.batches.eager import finish_now_if_eager
from importer.batches.follow_ups import follow_ups, retry, undo
from importer.batches.request import BATCH_PARAMETERS, right_asked_for
from importer.batches.sender import check_right, right_of, right_of_batch
from importer.batches.view import (
    BATCH_ID,
    batch_gone,
    batch_view,
    existing_batch,
    pending_records,
    queue_position,
)
from importer.ledger.accept import Accepted, OriginalGoneError
from importer.ledger.batch_end import cancel, expire
from importer.problems import (
    CREATE,
    FOLLOW_UP,
    NO_LOAD,
    NOT_FINISHED,
    NOTHING_CREATED,
    NOTHING_FAILED,
    UNKNOWN_OPERATION,
)
from importer.services import services
from stackroom_kit.api import Api, json_answer, json_of
from stackroom_kit.public_path import public_path

BATCH = {200: json_of(Batch, "The batch.")}
NEW_BATCH = {202: json_of(Batch, "The new batch.", Location="Where it is.")}
api = Api("batches", __name__, "/api/importer/batches", path_parameters=(BATCH_ID,))


def _existing(batch_id: str) -> Row[Any]:
    return existing_batch(services().engine, batch_id)


def _to_change(batch_id: str) -> Row[Any]:
    """For whoever may send its operation: Problem 403 for everybody else."""
    batch = _existing(batch_id)
    check_right(batch.operation)
    return batch


def _view(row: Row[Any]) -> Batch:
    engine, batch = services().engine, batch_view(row)
    batch.pending_records = pending_records(engine, row)
    batch.queue_position = queue_position(engine, row)
    batch.retry_batch, batch.undo_batch = follow_ups(engine, row.id)
    batch.right = right_of(row.operation)
    return batch


def _follow_up(batch: Row[Any], make: Callable[[Row[Any]], Accepted]) -> Response:
    """The answer to a retry or an undo of ``batch``; 410 where it is deleted meanwhile."""
    try:
        accepted = make(batch)
    except OriginalGoneError:
        raise batch_gone(batch.id) from None
    finish_now_if_eager(batch.operation, accepted.batch_id)
    return _accepted(accepted)


def _accepted(accepted: Accepted) -> Response:
    batch = _view(_existing(accepted.batch_id))
    batch.created = accepted.is_new
    return json_answer(batch, 202, {"Location": public_path(f"/api/importer/batches/{accepted.batch_id}")})


@api.call(
    "POST",
    "",
    right="operator",
    further=right_asked_for,
    parameters=BATCH_PARAMETERS,
    body=BATCH_BODIES,
    answers=NEW_BATCH,
    problems=CREATE,
)
def create_batch() -> Response:
    """Send a batch; one outcome per record comes back.

    The same key and bytes give the same batch again.
    """
    return _accepted(accept_batch())


@api.call("GET", "/<batch_id>", right="reader", answers=BATCH)
def read_batch(batch_id: str) -> Response:
    """State and counts of a batch."""
    return json_answer(_view(_existing(batch_id)))


@api.call("POST", "/<batch_id>/cancel", right="operator", further=right_of_batch, answers=BATCH)
def cancel_batch(batch_id: str) -> Response:
    """Compute no more of it.

    What is not done yet never will be; `pending` are rows of which only the catalog knows whether they are.
    """
    _to_change(batch_id)
    cancel(services().engine, batch_id)
    return json_answer(_view(_existing(batch_id)))


@api.call(
    "POST",
    "/<batch_id>/retry",
    right="operator",
    further=right_of_batch,
    answers=NEW_BATCH,
    problems=(*FOLLOW_UP, NOTHING_FAILED, UNKNOWN_OPERATION),
)
def retry_batch(batch_id: str) -> Response:
    """A new batch of what failed.

    Of what failed or was cancelled; repeated, the same one again.
    """
    return _follow_up(_to_change(batch_id), retry)


@api.call(
    "POST",
    "/<batch_id>/undo",
    right="editor",
    further=right_of_batch,
    answers=NEW_BATCH,
    problems=(*FOLLOW_UP, NO_LOAD, NOTHING_CREATED),
)
def undo_batch(batch_id: str) -> Response:
    """A new batch that takes a load back.

    What the load created and nobody changed since; repeated, the same one again.
    """
    return _follow_up(_to_change(batch_id), undo)


@api.call(
    "DELETE",
    "/<batch_id>",
    right="operator",
    further=right_of_batch,
    answers={200: json_of(DeletedBatch, "It is gone.")},
    problems=(NOT_FINISHED,),
)
def delete_batch(batch_id: str) -> Response:
    """Its rows and results go for good.

    The id and its key stay known, so that nothing comes back under them.
    """
    _to_change(batch_id)
    if not expire(services().engine, batch_id):
        raise NOT_FINISHED("The batch is not finished; cancel it first.")
    return json_answer(DeletedBatch("deleted", batch_id))
