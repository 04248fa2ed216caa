"""Run by ``make.py`` with the code of the old version: a ledger in which everything is in flight, as a SQL text.

``python fill.py FOLDER OUTPUT.sql.gz``; every import below is one of the old version's.
"""

import dataclasses
import gzip
import json
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

from catalog.migrate import migrate as migrate_catalog
from deploy.local.postgres_server import _binary
from importer.app import create_app
from importer.applying.apply import Applier
from importer.applying.catalog import Catalog
from importer.applying.chunks import ApplyingChunks
from importer.database import make_engine
from importer.ledger.claim import Claimant, ClaimedChunk, claim
from importer.ledger.failure import fail
from importer.ledger.report import Report, report
from importer.ledger.statements import CLOSE_FINISHED
from importer.migrate import migrate as migrate_importer
from importer.settings import Settings
from importer.workers.registry import note_heartbeat
from stackroom_jobs.compute import compute
from stackroom_jobs.operations import OPERATIONS
from stackroom_jobs.protocol import Heartbeat
from stackroom_kit.settings import Secret
from tests.support.servers import FAST, running_postgres
from tests.support.services import running_service

WORKER, LEASE, ROWS_OF_A_CHUNK = "worker-cpu@old", 30, 10
TOKEN = "of-this-run"
BATCHES = "/api/importer/batches"


class Old:
    """The old importer without a port: its API, and the steps of a worker."""

    def __init__(self, uri: str, catalog: str) -> None:
        settings = Settings(sqlalchemy_database_uri=uri, catalog_url=catalog, service_token=Secret(TOKEN))
        self.client = create_app(settings).test_client()
        self.engine = make_engine(uri, 2)
        self.chunks = ApplyingChunks(self.engine, "old-dispatcher", LEASE)
        self.catalog = Catalog(settings)
        self.applier = Applier(self.chunks, self.catalog)

    def post(self, source: str, operation: str, records: list[dict[str, Any]], query: str = "", key: str = "") -> str:
        lines = "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records).encode()
        path = f"{BATCHES}?operation={operation}&source={source}{query}"
        headers = {"Idempotency-Key": key} if key else {}
        answer = self.client.post(path, data=lines, headers=headers, content_type="application/x-ndjson")
        assert answer.status_code == 202, answer.text
        return str(answer.get_json()["id"])

    def claim(self, batch_id: str, operation: str) -> ClaimedChunk:
        token = uuid.uuid4().hex
        chunk = claim(self.engine, Claimant(WORKER, "cpu", (operation,), token, token, batch_id), LEASE)
        assert chunk is not None
        return chunk

    def work(self, batch_id: str, name: str, chunks: int) -> None:
        operation = OPERATIONS[name]
        assert operation.local is not None
        for _ in range(chunks):
            chunk = self.claim(batch_id, name)
            output = compute(operation, lambda _row, one: operation.local(one), chunk.first_row, chunk.records.encode())
            assert report(self.engine, Report(chunk.token, output), None, LEASE).accepted

    def apply_and_lose_the_answer(self) -> None:
        """As a dispatcher that dies in the middle: the catalog has the rows, the ledger does not know it."""
        chunk = self.chunks.take()
        assert chunk is not None
        self.catalog.apply(self.applier.call_of(chunk))


def groups(first: int, count: int) -> list[dict[str, Any]]:
    return [{"id": row, "name": f"Группа {row}", "comment": " старая "} for row in range(first, first + count)]


def fill(old: Old) -> None:
    texts = [{"id": row, "payload": f" Row {row} "} for row in range(1, 41)]
    for refused in (5, 12, 23, 24):
        del texts[refused - 1]["payload"]
    finished = old.post("finished", "normalize_record", texts[:5], key="monday")
    old.work(finished, "normalize_record", 1)
    loaded = old.post("loaded", "load_groups", groups(900, 10))
    old.work(loaded, "load_groups", 1)
    assert old.applier.apply_next()
    with old.engine.connect() as connection:
        connection.execute(CLOSE_FINISHED)

    mixed = old.post("mixed", "normalize_record", texts)  # done, leased, failed once, two ready
    old.work(mixed, "normalize_record", 1)
    old.claim(mixed, "normalize_record")
    assert fail(old.engine, old.claim(mixed, "normalize_record").token, "operation_failed", "boom")
    load = old.post("load", "load_groups", groups(100, 40), "&on_conflict=update")  # done, offered, applying, ready
    old.work(load, "load_groups", 3)
    assert old.applier.apply_next()
    old.apply_and_lose_the_answer()
    cancelled = old.post("cancelled", "normalize_record", texts[:4])
    assert old.client.post(f"{BATCHES}/{cancelled}/cancel", data=b"").status_code == 200
    old.post("waiting", "load_types", [{"id": row, "file_name": f"t{row}", "group_id": 900} for row in range(1, 11)])
    task = old.client.post("/api/importer/progress", json={"records": texts[:3]})
    assert task.status_code == 202, task.text
    operations = ["normalize_record", "load_groups", "load_types"]
    note_heartbeat(old.engine, Heartbeat(WORKER, "old", 2, ["cpu"], 2, operations, {"celery": "5"}))


def dump(uri: str) -> str:
    """Without what only psql of the newest versions knows, and owned by whoever restores it."""
    command = [_binary("pg_dump"), "--no-owner", "--no-privileges", "--no-comments", uri]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return "".join(
        line for line in text.splitlines(keepends=True) if not line.startswith(("\\restrict", "\\unrestrict"))
    )


def main(folder: Path, output: Path) -> None:
    for name, operation in OPERATIONS.items():
        OPERATIONS[name] = dataclasses.replace(operation, min_rows=ROWS_OF_A_CHUNK, max_rows=ROWS_OF_A_CHUNK)
    with running_postgres(folder, FAST) as server:
        uri = server.uri()
        migrate_catalog(uri)
        migrate_importer(uri)
        service = {"SQLALCHEMY_DATABASE_URI": uri, "SERVICE_TOKEN": TOKEN}
        with running_service("catalog.wsgi:app", folder, service) as (catalog, _):
            fill(Old(uri, catalog))
        output.write_bytes(gzip.compress(dump(uri.replace("+psycopg2", "")).encode(), mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
