"""The ledger's side of apply: take a chunk that waits, finish it, put it back, cut it into pieces."""

import dataclasses
import json
import logging
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row

from importer.ledger.limits import MAX_FAILURES
from importer.ledger.report_lines import MAX_DETAIL
from importer.ledger.split import Trouble, finish_as_failed, pieces_of, split
from importer.ledger.statements import DELETE_CHUNK, LOCK_BATCH
from importer.loads.lines import AppliedLines, LoadLines
from importer.loads.statements import (
    CANCEL_APPLYING,
    COUNT_REFUSAL,
    FINISH_APPLIED,
    HAS_LOADS,
    INSERT_APPLYING_PIECE,
    LOCK_APPLYING,
    PUT_BACK_APPLYING,
    RECOMPUTE,
    TAKE_APPLYING,
)
from stackroom_jobs.operations import OPERATIONS
from stackroom_sql.engine import transaction

LOADS = [name for name, operation in OPERATIONS.items() if operation.loads is not None]
logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class ApplyingChunk:
    """``key`` has the range of rows in it, since a split changes it."""

    batch_id: str
    first_row: int
    last_row: int
    operation: str
    options: dict[str, Any]
    request_id: str
    is_undo: bool
    is_cancelled: bool
    lines: LoadLines

    @property
    def key(self) -> str:
        return f"{self.batch_id}:{self.first_row}-{self.last_row}"

    def place(self) -> dict[str, Any]:
        return {"batch_id": self.batch_id, "first_row": self.first_row, "last_row": self.last_row}


class ApplyingChunks:
    """``name`` says who takes. A chunk whose lease ends is taken by the next one, and both may then call the catalog:

    the second call waits there for the first, and gets its answer.
    """

    def __init__(self, engine: Engine, name: str, lease_seconds: int) -> None:
        self._engine = engine
        self._name = name
        self._lease_seconds = lease_seconds

    def take(self, only_batch: str | None = None) -> ApplyingChunk | None:
        """A chunk of the batch that was applied least recently, or None. What cannot be read has failed instead."""
        while (row := self._take(only_batch)) is not None:
            try:
                return _chunk(row)
            except msgspec.MsgspecError as error:
                self._fail(row, Trouble("wrong_report", f"What was computed cannot be read: {error}"[:MAX_DETAIL]))
        return None

    def _take(self, only_batch: str | None) -> Row[Any] | None:
        parameters = {"applier": self._name, "lease": self._lease_seconds, "only_batch": only_batch}
        with self._engine.connect() as connection:
            return connection.execute(TAKE_APPLYING, parameters).first()

    def _fail(self, row: Row[Any], trouble: Trouble) -> None:
        """As any failure of a whole chunk. Nobody computes the rows of an undo, so these fail at once."""
        place = {"batch_id": row.batch_id, "first_row": row.first_row, "last_row": row.last_row}
        with transaction(self._engine) as connection:
            connection.execute(LOCK_BATCH, {"batch_id": row.batch_id})
            held = connection.execute(LOCK_APPLYING, place).first()
            if held is None:
                return
            logger.error("batch=%s first_row=%d: %s", row.batch_id, row.first_row, trouble.detail)
            if row.undo_of is not None:
                finish_as_failed(connection, row.batch_id, held, trouble)
                return
            parameters = {**place, **dataclasses.asdict(trouble)}
            failed = connection.execute(RECOMPUTE, parameters).one()
            if failed.state == "ready" and failed.failures >= MAX_FAILURES:
                split(connection, row.batch_id, row.first_row, trouble)

    def is_expected(self) -> bool:
        """Whether a load is open, so that a chunk may come any moment."""
        with self._engine.connect() as connection:
            return bool(connection.execute(HAS_LOADS, {"operations": LOADS}).scalar())

    def finish(self, chunk: ApplyingChunk, done: AppliedLines) -> None:
        """Once: whoever comes later finds the chunk done, or cut."""
        parameters = {**chunk.place(), "output": done.output, "failed_rows": done.failed_rows, **done.counts()}
        with self._engine.connect() as connection:
            connection.execute(FINISH_APPLIED, parameters)

    def cancel(self, chunk: ApplyingChunk) -> None:
        """Under a key that is closed."""
        with self._engine.connect() as connection:
            connection.execute(CANCEL_APPLYING, chunk.place())

    def put_back(self, chunk: ApplyingChunk) -> None:
        """Nothing is known and nothing is counted: it is due again at once."""
        with self._engine.connect() as connection:
            connection.execute(PUT_BACK_APPLYING, chunk.place())

    def count_refusal(self, chunk: ApplyingChunk, reason: str) -> int:
        """How often the catalog has refused the chunk by now; it is due again after a pause."""
        with self._engine.connect() as connection:
            return connection.execute(COUNT_REFUSAL, {**chunk.place(), "reason": reason}).scalar() or 0

    def split(self, chunk: ApplyingChunk, reason: str) -> None:
        """Under a key that is closed. Takes the batch's row first, as every split does."""
        with transaction(self._engine) as connection:
            connection.execute(LOCK_BATCH, {"batch_id": chunk.batch_id})
            row = connection.execute(LOCK_APPLYING, chunk.place()).first()
            if row is not None:
                logger.warning("batch=%s rows=%s split: %s", chunk.batch_id, chunk.key, reason)
                _cut(connection, chunk, row, reason)


def _cut(connection: Connection, chunk: ApplyingChunk, row: Row[Any], reason: str) -> None:
    connection.execute(DELETE_CHUNK, chunk.place())
    for piece in pieces_of(chunk.first_row, row.records):
        values = dataclasses.asdict(piece)
        output = chunk.lines.cut(piece.first_row, piece.last_row)
        inherited = {"batch_id": chunk.batch_id, "queue": row.queue, "lines": row.lines}
        parameters = {**values, **inherited, "output": output, "reason": reason}
        connection.execute(INSERT_APPLYING_PIECE, parameters)


def _chunk(row: Row[Any]) -> ApplyingChunk:
    return ApplyingChunk(
        row.batch_id,
        row.first_row,
        row.last_row,
        row.operation,
        json.loads(row.options),
        row.request_id,
        row.undo_of is not None,
        row.is_cancelled,
        LoadLines(row.output),
    )
