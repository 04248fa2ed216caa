"""Take a spooled body into the ledger: the same way for every call that makes a batch."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Engine

from importer.batches.refusing import Refuse, RefusedRows
from importer.ledger.accept import Accepted, EmptyBatchError, KeyReusedError, NewBatch, accept
from importer.ledger.queues import live_slots
from importer.parsing.checker import RecordChecker
from importer.parsing.chunks import Chunker, NewChunk
from importer.parsing.empty import empty_batch
from importer.parsing.formats import Rows
from importer.parsing.spool import DISK
from importer.problems import TOO_MANY_ROWS
from importer.services import Limits
from stackroom_jobs.operations import MAX_CHUNK_BYTES, Operation, chunk_rows
from stackroom_kit.disk_room import DiskRoom
from stackroom_kit.full_disk import full_disk_is_a_problem
from stackroom_kit.idempotency import key_reused

ASSUMED_SLOTS = 2  # where no worker is there yet: a batch is cut for the smallest stack

RowLists = Iterator[list[Any]]


def checker_for(operation: Operation, limits: Limits) -> RecordChecker:
    return RecordChecker(operation.record, limits.max_record_bytes)


def _limited(lists: Iterable[list[Any]], limits: Limits) -> RowLists:
    rows = 0
    for items in lists:
        rows += len(items)
        if rows > limits.max_batch_rows:
            raise TOO_MANY_ROWS(f"A batch may have at most {limits.max_batch_rows} rows.")
        yield items


def accept_rows(
    engine: Engine, new: NewBatch, operation: Operation, rows: Rows, limits: Limits, room: DiskRoom
) -> Accepted:
    """Problems 413, 422, 503. How many rows are expected decides on the size of chunks."""
    max_rows = chunk_rows(operation, rows.expected, live_slots(engine, operation.name, new.queue) or ASSUMED_SLOTS)

    def open_rows(refuse: Refuse) -> tuple[Chunker, Iterable[NewChunk]]:
        refused = RefusedRows(refuse, limits.max_refused_rows)
        chunker = Chunker(max_rows, MAX_CHUNK_BYTES, refused, rows.places)
        return chunker, chunker.chunks(_limited(rows.read(), limits))

    try:
        with full_disk_is_a_problem(DISK):
            return accept(engine, new, open_rows, room)
    except KeyReusedError:
        raise key_reused() from None
    except EmptyBatchError:
        raise empty_batch(rows.nothing) from None
