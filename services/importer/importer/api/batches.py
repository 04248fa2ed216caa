"""The calls under ``/api/importer/batches``."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import Row

from importer.batches.creating import create_from_request
from importer.batches.cursor import decode_cursor, encode_cursor
from importer.batches.eager import finish_now_if_eager
from importer.batches.file_options import delimiter_argument
from importer.batches.follow_ups import follow_ups
from importer.batches.pending import pending_records
from importer.batches.result_csv import csv_headers, csv_results
from importer.batches.result_range import ndjson_answer
from importer.batches.retry import retry
from importer.batches.undo import undo
from importer.batches.view import STATES, batch_gone, batch_view, clocks, existing_batch, queue_position
from importer.ledger.accept import Accepted, SourceGoneError
from importer.ledger.cancel import cancel
from importer.ledger.expire import expire
from importer.ledger.reading import BATCHES
from importer.ledger.results import OUTCOMES, results
from importer.parsing.formats import CSV
from importer.services import services
from stackroom_jobs.operations import OPERATIONS
from stackroom_kit.arguments import choice_argument, integer_argument, refuse_unknown_arguments, text_argument
from stackroom_kit.problems import conflict
from stackroom_kit.public_path import public_path

MAX_PAGE = 200
FORMATS = ("ndjson", "csv")
DELETE_PROBLEMS = {409: ("not_finished",)}
blueprint = Blueprint("batches", __name__, url_prefix="/api/importer/batches")
Answer = tuple[dict[str, Any], int, dict[str, str]]


def _existing(batch_id: str) -> Row[Any]:
    return existing_batch(services().engine, batch_id)


def _view(row: Row[Any]) -> dict[str, Any]:
    engine = services().engine
    return {
        **batch_view(row),
        "pending_records": pending_records(engine, row),
        "queue_position": queue_position(engine, row),
        **follow_ups(engine, row.id),
    }


def _follow_up(batch: Row[Any], make: Callable[[Row[Any]], Accepted]) -> Answer:
    """The answer to a retry or an undo of ``batch``; 410 where it is deleted meanwhile."""
    try:
        accepted = make(batch)
    except SourceGoneError:
        raise batch_gone(batch.id) from None
    finish_now_if_eager(OPERATIONS[batch.operation], accepted.batch_id)
    return _accepted(accepted)


def _accepted(accepted: Accepted) -> Answer:
    location = {"Location": public_path(f"/api/importer/batches/{accepted.batch_id}")}
    return {**_view(_existing(accepted.batch_id)), "created": accepted.is_new}, 202, location


@blueprint.post("")
def create_batch() -> Answer:
    """Accept a batch: 202 with the batch; the same key and bytes give the same batch again."""
    return _accepted(create_from_request())


@blueprint.get("")
def list_batches() -> dict[str, Any]:
    """Newest first, by pages: ``next`` is the ``after`` of the following page, or null."""
    refuse_unknown_arguments({"limit", "after", "operation", "source", "queue", "state"})
    limit = integer_argument("limit", 50, 1, MAX_PAGE) or 50
    after_time, after_id = decode_cursor(text_argument("after"))
    parameters = {
        "after_time": after_time,
        "after_id": after_id,
        "operation": text_argument("operation"),
        "source": text_argument("source"),
        "queue": text_argument("queue"),
        "state": choice_argument("state", None, STATES),
        "limit": limit + 1,
        **clocks(),
    }
    with services().engine.connect() as connection:
        rows = connection.execute(BATCHES, parameters).all()
    more = len(rows) > limit
    following = encode_cursor(rows[limit - 1].created_at, rows[limit - 1].id) if more else None
    return {"items": [batch_view(row) for row in rows[:limit]], "next": following}


@blueprint.get("/<batch_id>")
def read_one_batch(batch_id: str) -> dict[str, Any]:
    refuse_unknown_arguments(())
    return _view(_existing(batch_id))


@blueprint.get("/<batch_id>/results")
def read_results(batch_id: str) -> Response:
    """In input order, of what is done so far; of a finished batch, from a byte on where that is asked for."""
    refuse_unknown_arguments({"format", "outcome", "delimiter"})
    is_csv = choice_argument("format", "ndjson", FORMATS) == "csv"
    outcome, delimiter = choice_argument("outcome", None, OUTCOMES), delimiter_argument() or ","
    row = _existing(batch_id)
    lines = partial(results, services().engine, batch_id, outcome)
    if not is_csv:
        return ndjson_answer(request, row, outcome, lines)
    headers = csv_headers(batch_id, bool(json.loads(row.options).get("dry_run")), outcome)
    return Response(csv_results(lines(), OPERATIONS[row.operation], delimiter), content_type=CSV, headers=headers)


@blueprint.post("/<batch_id>/cancel")
def cancel_batch(batch_id: str) -> dict[str, Any]:
    """What is not done yet never will be; `pending` are rows of which only the catalog knows whether they are."""
    refuse_unknown_arguments(())
    _existing(batch_id)
    cancel(services().engine, batch_id)
    return _view(_existing(batch_id))


@blueprint.post("/<batch_id>/retry")
def retry_batch(batch_id: str) -> Answer:
    """A new batch of what failed or was cancelled; repeated, the same one again."""
    refuse_unknown_arguments(())
    return _follow_up(_existing(batch_id), retry)


@blueprint.post("/<batch_id>/undo")
def undo_batch(batch_id: str) -> Answer:
    """A new batch that takes back what a load created and nobody changed since; repeated, the same one again."""
    refuse_unknown_arguments(())
    return _follow_up(_existing(batch_id), undo)


@blueprint.delete("/<batch_id>")
def delete_batch(batch_id: str) -> dict[str, Any]:
    """Rows and results go for good; the id and its key stay known, so that nothing comes back under them."""
    refuse_unknown_arguments(())
    _existing(batch_id)
    if not expire(services().engine, batch_id):
        raise conflict("The batch is not finished; cancel it first.", code="not_finished")
    return {"status": "deleted", "id": batch_id}
