"""Accept a batch: a body becomes rows, the rows chunks, and the ledger reads them on its way to PostgreSQL."""

import json

from importer.batches.backpressure import check_room
from importer.batches.body import spooled_body
from importer.batches.eager import check_can_run_now, finish_now_if_eager
from importer.batches.request import batch_options
from importer.batches.sender import sent_by
from importer.ledger.accept import Accepted, KeyReusedError, NewBatch, accept
from importer.ledger.queues import live_slots
from importer.parsing.checker import RecordChecker
from importer.parsing.chunks import Chunks
from importer.parsing.formats import open_rows
from importer.parsing.rows import Limits, Rows
from importer.services import Services, services
from stackroom_jobs.chunks import MAX_CHUNK_BYTES, chunk_rows
from stackroom_jobs.operation import Operation
from stackroom_kit.idempotency import idempotency_key, key_reused
from stackroom_kit.request_id import current_request_id

ASSUMED_SLOTS = 2  # where no worker is there yet: a batch is cut for the smallest stack


def accept_batch() -> Accepted:
    """Problems 400, 403, 411, 413, 415, 422, 429 and 503, before anything is written."""
    here, options, key = services(), batch_options(), idempotency_key()
    operation = options.operation
    if here.settings.celery_task_always_eager:
        check_can_run_now(operation)
    check_room(here.open_chunks, here.settings, options.source, here.room)
    with spooled_body(options.file, options.digest_prefix(), here.settings.max_body_bytes, here.room) as sent:
        new = NewBatch(
            operation=operation.name,
            options=json.dumps(options.own),
            source=options.source,
            queue=options.queue,
            request_id=current_request_id(),
            digest=sent.spooled.digest,
            idempotency_key=key,
            applies=operation.loads is not None,
            operation_version=operation.description.version,
            **sent_by(),
        )
        checker = checker_for(operation, here.limits)
        rows = open_rows(sent.media_type, sent.spooled, operation, checker, options.file.table)
        try:
            accepted = accept(here.engine, new, chunks_of(here, operation, options.queue, rows), here.room)
        except KeyReusedError:
            raise key_reused() from None
    finish_now_if_eager(operation.name, accepted.batch_id)
    return accepted


def checker_for(operation: Operation, limits: Limits) -> RecordChecker:
    return RecordChecker(operation.record, limits.max_record_bytes)


def chunks_of(here: Services, operation: Operation, queue: str, rows: Rows) -> Chunks:
    """How many rows are expected decides on the size of chunks."""
    slots = live_slots(here.engine, operation.name, queue) or ASSUMED_SLOTS
    return Chunks(rows, here.limits, chunk_rows(operation, rows.expected, slots), MAX_CHUNK_BYTES)
