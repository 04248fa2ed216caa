"""The calls under ``/api/importer/batches``."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import Row

from importer.batches.accepting import accept_rows, checker_for, new_batch
from importer.batches.cursor import decode_cursor, encode_cursor
from importer.batches.request import batch_options, idempotency_key
from importer.batches.view import batch_view, find_batch, queue_position
from importer.eager import check_can_run_now, compute_now
from importer.intake.json_body import blocks, read_batch
from importer.intake.ndjson import read_ndjson
from importer.intake.spool import spool
from importer.ledger.cancel import cancel
from importer.ledger.limits import WORKER_ALIVE_SECONDS
from importer.ledger.reading import BATCHES
from importer.ledger.results import OUTCOMES, results
from importer.services import services
from stackroom_kit.arguments import choice_argument, integer_argument, refuse_unknown_arguments, text_argument
from stackroom_kit.problems import not_found, unsupported_media_type

JSON, NDJSON = "application/json", "application/x-ndjson"
MAX_PAGE = 200
blueprint = Blueprint("batches", __name__, url_prefix="/api/importer/batches")


def _existing(batch_id: str) -> Row[Any]:
    row = find_batch(services().engine, batch_id)
    if row is None:
        raise not_found(f"There is no batch {batch_id[:50]!r}.")
    return row


def _view(row: Row[Any]) -> dict[str, Any]:
    return {**batch_view(row), "queue_position": queue_position(services().engine, row)}


@blueprint.post("")
def create_batch() -> tuple[dict[str, Any], int, dict[str, str]]:
    """Accept a batch: 202 with the batch; the same key and bytes give the same batch again."""
    if request.mimetype not in (JSON, NDJSON):
        raise unsupported_media_type(f"Send {JSON} or {NDJSON}.", f"{JSON}, {NDJSON}")
    options, key = batch_options(), idempotency_key()
    here = services()
    is_eager = here.settings.celery_task_always_eager
    if is_eager:
        check_can_run_now(options.operation)
    spooled = spool(request.stream, options.digest_prefix())
    with spooled.file:
        checker = checker_for(options.operation, here.limits)

        def read() -> Iterator[list[Any]]:
            if request.mimetype == NDJSON:
                return read_ndjson(spooled.file, checker)
            return blocks(read_batch(spooled.file.read(), checker))

        new = new_batch(options.operation, options.queue, options.source, spooled.digest, key)
        expected = spooled.lines if request.mimetype == NDJSON else spooled.size // 64
        accepted = accept_rows(here.engine, new, options.operation, expected, read, here.limits)
    if is_eager:
        compute_now(here, options.operation, accepted.batch_id)
    location = {"Location": f"/api/importer/batches/{accepted.batch_id}"}
    return {**_view(_existing(accepted.batch_id)), "created": accepted.is_new}, 202, location


@blueprint.get("")
def list_batches() -> dict[str, Any]:
    """Newest first, by pages: ``next`` is the ``after`` of the following page, or null."""
    refuse_unknown_arguments({"limit", "after", "operation", "source", "queue"})
    limit = integer_argument("limit", 50, 1, MAX_PAGE) or 50
    after_time, after_id = decode_cursor(text_argument("after"))
    parameters = {
        "after_time": after_time,
        "after_id": after_id,
        "operation": text_argument("operation"),
        "source": text_argument("source"),
        "queue": text_argument("queue"),
        "limit": limit + 1,
        "alive": WORKER_ALIVE_SECONDS,
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
    """NDJSON in input order, of what is done so far."""
    refuse_unknown_arguments({"format", "outcome"})
    choice_argument("format", "ndjson", ("ndjson",))
    outcome = choice_argument("outcome", None, OUTCOMES)
    row = _existing(batch_id)
    lines = results(services().engine, batch_id, row.refused > 0, outcome)
    return Response(lines, content_type=NDJSON, headers={"Cache-Control": "no-store"})


@blueprint.post("/<batch_id>/cancel")
def cancel_batch(batch_id: str) -> dict[str, Any]:
    """What is not computed yet never will be; the answer counts what already was."""
    refuse_unknown_arguments(())
    if not cancel(services().engine, batch_id):
        raise not_found(f"There is no batch {batch_id[:50]!r}.")
    return _view(_existing(batch_id))
