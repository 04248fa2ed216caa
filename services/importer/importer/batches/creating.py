"""From an upload to a batch in the ledger."""

import json

from importer.batches.accept import accept_rows, checker_for
from importer.batches.backpressure import check_room
from importer.batches.eager import check_can_run_now, finish_now_if_eager
from importer.batches.receiving import received
from importer.batches.request import BatchOptions, batch_options
from importer.ledger.accept import Accepted, NewBatch
from importer.parsing.formats import open_rows
from importer.parsing.spool import Spooled
from importer.services import services
from stackroom_kit.idempotency import idempotency_key
from stackroom_kit.request_id import current_request_id


def create_from_request() -> Accepted:
    """Problems 400, 411, 413, 415, 422, 429 and 503, before anything is written."""
    here = services()
    options, key = batch_options(), idempotency_key()
    if here.settings.celery_task_always_eager:
        check_can_run_now(options.operation)
    check_room(here.open_chunks, here.settings, options.source, here.room)
    with received(options.file, options.digest_prefix(), here.settings.max_body_bytes, here.room) as sent:
        accepted = _accept(options, key, sent.media_type, sent.spooled)
    finish_now_if_eager(options.operation, accepted.batch_id)
    return accepted


def _accept(options: BatchOptions, key: str | None, media_type: str, spooled: Spooled) -> Accepted:
    here, operation = services(), options.operation
    rows = open_rows(media_type, spooled, operation, checker_for(operation, here.limits), options.file.table)
    new = NewBatch(
        operation=operation.name,
        options=json.dumps(options.own),
        source=options.source,
        queue=options.queue,
        request_id=current_request_id(),
        digest=spooled.digest,
        idempotency_key=key,
        input=rows.found,
        applies=operation.loads is not None,
    )
    return accept_rows(here.engine, new, operation, rows, here.limits, here.room)
