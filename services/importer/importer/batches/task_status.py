"""What ``status`` answers: ``<batch>.<row>`` is a record of ingest, ``<batch>`` a whole batch."""

import json
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, Row

from importer.batches.view import batch_gone, find_batch, is_finished
from importer.ledger.batch import chunk_of_row
from importer.ledger.results import results
from importer.ledger.states import ChunkState
from importer.ledger.stored import with_heads
from importer.task_answers import State, TaskProgress, TaskStatus
from stackroom_jobs.outcomes import Outcome
from stackroom_kit.public_path import public_path

MAX_INLINE_RESULTS = 10_000
_TASK_ID = re.compile(r"([0-9a-f]{24})(?:\.([1-9][0-9]{0,8}))?", re.ASCII)


def task_status(engine: Engine, task_id: str) -> TaskStatus | None:
    """None where the ledger never issued this id."""
    match = _TASK_ID.fullmatch(task_id)
    batch = find_batch(engine, match[1]) if match else None
    if match is None or batch is None:
        return None
    if batch.expired_at is not None:
        raise batch_gone(batch.id)
    if match[2] is None:
        return _batch_status(engine, task_id, batch)
    return _record_status(engine, task_id, batch, int(match[2]))


def _answer(task_id: str, state: State, current: int, total: int, **rest: Any) -> TaskStatus:
    percent = 100 * current // total if total else 100
    return TaskStatus(task_id, state, TaskProgress(current, total, percent), **rest)


def _line_of(row: int, output: str) -> dict[str, Any] | None:
    """None for a refused row: its chunk has no line for it."""
    for head, line in with_heads(output.encode()):
        if head.row == row:
            found: dict[str, Any] = json.loads(line)
            return found
    return None


def _record_status(engine: Engine, task_id: str, batch: Row[Any], row: int) -> TaskStatus | None:
    if row > batch.rows:
        return None
    chunk = chunk_of_row(engine, batch.id, row)
    if chunk is None or chunk.last_row < row:
        return _of_line(task_id, None)
    if chunk.state == ChunkState.CANCELLED:
        return _answer(task_id, "REVOKED", 0, 1)
    if chunk.state != ChunkState.DONE:
        return _answer(task_id, "PENDING" if chunk.state == ChunkState.READY else "PROGRESS", 0, 1)
    return _of_line(task_id, _line_of(row, chunk.output))


def _of_line(task_id: str, line: dict[str, Any] | None) -> TaskStatus:
    """What became of a record, by its outcome line; a refused one has none."""
    if line is None:
        return _answer(task_id, "FAILURE", 1, 1, error="The record was refused.")
    if line["outcome"] == Outcome.FAILED:
        return _answer(task_id, "FAILURE", 1, 1, error=f"{line['code']}: {line['detail']}")
    return _answer(task_id, "SUCCESS", 1, 1, result=line["result"])


def _batch_status(engine: Engine, task_id: str, batch: Row[Any]) -> TaskStatus:
    done = batch.done_rows + batch.refused
    if not is_finished(batch):
        current = int(done + float(batch.part_rows))
        started = batch.leased_rows or batch.applying_rows or batch.done_rows
        return _answer(task_id, "PROGRESS" if started else "PENDING", current, batch.rows)
    if batch.cancelled_rows:
        return _answer(task_id, "REVOKED", done, batch.rows)
    return _answer(task_id, "SUCCESS", batch.rows, batch.rows, result=_batch_result(engine, batch))


def _batch_result(engine: Engine, batch: Row[Any]) -> dict[str, Any]:
    counts = {"processed": batch.rows, "failed": batch.failed_rows + batch.refused}
    if batch.rows > MAX_INLINE_RESULTS:
        return {**counts, "results_url": public_path(f"/api/importer/batches/{batch.id}/results")}
    return {**counts, "results": list(task_results(engine, batch.id))}


def task_results(engine: Engine, batch_id: str) -> Iterator[dict[str, Any]]:
    """The result of every record in input order; a failed one keeps its outcome line."""
    for block in results(engine, batch_id, None):
        for text in block.splitlines():
            line = json.loads(text)
            yield line.get("result", line)
