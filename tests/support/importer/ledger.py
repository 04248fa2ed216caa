"""A ledger on a real PostgreSQL, and the shortest way to put work into it and take it out."""

import dataclasses
import functools
import json
import uuid
from collections.abc import Collection
from typing import Any

from sqlalchemy import Engine, text

from importer.ledger.accept import NewBatch, accept
from importer.ledger.batch_end import cancel, close_finished
from importer.ledger.claim import Claimant, ClaimedChunk, claim
from importer.ledger.lease import fail_whole
from importer.ledger.report import Report, Reported, report
from importer.parsing.checker import RecordChecker
from importer.parsing.chunks import Chunks
from importer.parsing.rows import Limits, RowBlock, Rows
from importer.registry.registry import Registry
from stackroom_jobs.records import Record
from stackroom_kit.disk_room import temporary_room

LEASE = 30
LIMITS = Limits(max_record_bytes=65536, max_batch_rows=1_000_000, max_refused_rows=1000)
# What ``process_video`` says of a video at least.
VIDEO = {
    "id": "1", "file": "f", "codec": "h264", "width": 64, "height": 48, "frames": 1, "duration": 1.0,
    "frame_rate": 1.0, "damaged": False, "shots": None, "shots_code": "no_model",
}  # fmt: skip


def _result(operation: str, record: dict[str, object]) -> dict[str, object]:
    """A load's result is the row itself, until it is applied."""
    if operation.startswith("load"):
        return record
    if operation == "process_video":
        return {**VIDEO, "id": str(record["id"])}
    payload = str(record["payload"])
    lengths = {"original_length": len(payload), "trimmed_length": len(payload)}
    return {"id": str(record["id"]), "normalized_payload": payload, **lengths}


@dataclasses.dataclass
class Ledger:
    """Steps of the ledger as a worker would take them."""

    engine: Engine
    operations: tuple[str, ...] = ("normalize_record",)

    @functools.cached_property
    def registry(self) -> Registry:
        return Registry(self.engine)

    def accept(
        self,
        rows: int,
        chunk_rows: int = 10,
        queue: str = "cpu",
        key: str | None = None,
        refused: Collection[int] = (),
    ) -> str:
        checker = RecordChecker(Record, 65536)
        texts = [json.dumps({"id": row, "payload": f"p{row}"}) for row in range(1, rows + 1)]
        items = [checker.check(b"{}" if row in refused else text.encode()) for row, text in enumerate(texts, 1)]
        chunks = Chunks(Rows([RowBlock(items)], rows), LIMITS, chunk_rows, 256_000)
        new = NewBatch("normalize_record", "{}", "test", queue, "req", f"digest-{rows}", key)
        return accept(self.engine, new, chunks, temporary_room(0)).batch_id

    def claimant(self, token: str | None = None, delivery: str = "d1", queue: str = "cpu") -> Claimant:
        return Claimant("w1", queue, self.operations, delivery, token or uuid.uuid4().hex)

    def claim(self, token: str | None = None, delivery: str = "d1") -> ClaimedChunk | None:
        return claim(self.engine, self.claimant(token, delivery), LEASE)

    def must_claim(self, token: str | None = None, delivery: str = "d1") -> ClaimedChunk:
        chunk = self.claim(token, delivery)
        assert chunk is not None
        return chunk

    def output(self, chunk: ClaimedChunk) -> bytes:
        records = json.loads(chunk.records)
        lines = [
            json.dumps({"row": row, "outcome": "ok", "result": _result(chunk.operation, record)}, separators=(",", ":"))
            for row, record in enumerate(records, chunk.first_row)
            if record
        ]
        return "".join(f"{line}\n" for line in lines).encode()

    def report(self, chunk: ClaimedChunk, next_claim: Claimant | None = None) -> Reported:
        return report(self.engine, self.registry, Report(chunk.token, self.output(chunk)), next_claim, LEASE)

    def run(self, statement: str, **parameters: object) -> None:
        with self.engine.connect() as connection:
            connection.execute(text(statement), parameters)

    def column(self, statement: str, **parameters: object) -> list[object]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(statement), parameters).scalars())

    def states(self, batch_id: str) -> list[object]:
        query = "SELECT state FROM importer.chunk WHERE batch_id = :batch_id ORDER BY first_row"
        return self.column(query, batch_id=batch_id)

    def make_due(self) -> None:
        """What waits after a failure waits no longer."""
        self.run("UPDATE importer.chunk SET due_at = now() WHERE state = 'ready'")

    def expire_leases(self) -> None:
        self.run("UPDATE importer.chunk SET due_at = now() - interval '1 s' WHERE state = 'leased'")


def failed_batch(ledger: Ledger) -> str:
    """Thirty rows: ten done, ten failed, ten cancelled."""
    batch_id = ledger.accept(30)
    ledger.report(ledger.must_claim())
    fail_whole(ledger.engine, ledger.must_claim().token, "broken", "It broke.")
    cancel(ledger.engine, batch_id)
    close_finished(ledger.engine)
    return batch_id


def records_of(ledger: Ledger, batch_id: str) -> list[Any]:
    query = "SELECT records FROM importer.chunk WHERE batch_id = :batch_id ORDER BY first_row"
    return [record for chunk in ledger.column(query, batch_id=batch_id) for record in json.loads(str(chunk))]
