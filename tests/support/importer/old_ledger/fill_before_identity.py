"""Run by ``make.py`` with the code of the version before identity: a database in which everything is in flight.

``python fill_before_identity.py FOLDER OUTPUT.sql``; every import below is one of that version's. Workers speak to its
worker API, people to its public one.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import importer.batches.accept
import requests
from catalog.app import create_app as create_catalog
from catalog.migrate import migrate as migrate_catalog
from catalog.settings import Settings as CatalogSettings
from deploy.local.postgres_server import binary
from importer.app import create_app
from importer.database import make_engine
from importer.ledger.apply import Applier
from importer.ledger.batch_end import close_finished
from importer.loads.apply import apply_next, bulk_call, take_readable
from importer.loads.catalog import Catalog
from importer.loads.resources import ResourceReader
from importer.migrate import migrate as migrate_importer
from importer.settings import Settings
from importer.worker_api.app import create_app as create_worker_api
from stackroom_kit.settings import Secret
from tests.support.servers.embedded import running_postgres
from tests.support.servers.served import served

LEASE, ROWS_OF_A_CHUNK = 30, 10
TOKEN, SERVICE_TOKEN = Secret("token-of-then"), Secret("service-token-of-then")
BATCHES = "/api/importer/batches"
NORMALIZE, GROUPS, WORDS = "normalize_record", "load_groups", "count_words"
TEXT = {"title": "Text", "type": "object", "properties": {"id": {"type": "integer"}, "text": {"type": "string"}}}
COUNTED = {"title": "Words", "type": "object", "properties": {"words": {"type": "integer"}}, "required": ["words"]}
DESCRIBED = {
    "name": WORDS, "task_name": "stackroom.count_words", "title": "Count words", "version": 1, "queues": ["cpu"],
    "record": {**TEXT, "required": ["id", "text"]}, "result": COUNTED, "right": "operator",
}  # fmt: skip


class Worker:
    """One of ``contract``, on a host of its own."""

    def __init__(self, url: str, contract: int) -> None:
        self.url, self.contract, self.name = url, contract, f"worker-cpu@host-{contract}"

    def call(self, path: str, body: Any, **query: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {TOKEN.reveal()}", "Stackroom-Contract": str(self.contract)}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = requests.post(f"{self.url}/internal/{path}", data, headers=headers, params=query, timeout=10)
        assert answer.ok, answer.text
        return answer

    def beat(self, *operations: str) -> dict[str, Any]:
        return {
            "worker": self.name, "host": f"host-{self.contract}", "contract": self.contract, "queues": ["cpu"],
            "slots": 2, "operations": operations, "versions": {"celery": "5"}, "incarnation": f"a{self.contract}",
        }  # fmt: skip

    def claim(self, token: str, operation: str) -> dict[str, Any]:
        asked = {
            "worker": self.name,
            "queue": "cpu",
            "operations": [operation],
            "delivery": f"d-{token}",
            "token": token,
        }
        found: dict[str, Any] = self.call("claim", {**asked, "incarnation": f"a{self.contract}"}).json()
        return found

    def work(self, token: str, operation: str, failed: tuple[int, ...] = ()) -> None:
        chunk = self.claim(token, operation)
        lines = [
            line_of(row, record, operation, row in failed)
            for row, record in enumerate(chunk["records"], chunk["first_row"])
            if record
        ]
        self.call("report", "".join(f"{json.dumps(line)}\n" for line in lines).encode(), token=token)


def line_of(row: int, record: dict[str, Any], operation: str, is_failed: bool) -> dict[str, Any]:
    if is_failed:
        return {"row": row, "outcome": "failed", "code": "no_text", "detail": "There is no text.", **record}
    if operation == GROUPS:
        return {"row": row, "outcome": "ok", "result": record}
    payload = record["payload"]
    lengths = {"original_length": len(payload), "trimmed_length": len(payload.strip())}
    return {"row": row, "outcome": "ok", "result": {
        "id": str(record["id"]), "normalized_payload": payload.strip(), **lengths,
    }}  # fmt: skip


class Old:
    """The importer of then, with its catalog and two workers."""

    def __init__(self, uri: str, catalog: str, worker_api: str) -> None:
        settings = Settings(sqlalchemy_database_uri=uri, catalog_url=catalog, service_token=SERVICE_TOKEN)
        self.client = create_app(settings).test_client()
        self.engine, self.catalog = make_engine(uri, 2), Catalog(settings)
        ResourceReader(self.engine, self.catalog).read()
        self.third, self.fourth = Worker(worker_api, 3), Worker(worker_api, 4)
        for worker in (self.third, self.fourth):
            worker.call("heartbeat", worker.beat(NORMALIZE, "load"))
        self.fourth.call("register", {**self.fourth.beat(NORMALIZE, "load"), "described": [DESCRIBED]})

    def post(self, source: str, operation: str, records: list[dict[str, Any]], query: str = "", key: str = "") -> str:
        lines = "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records).encode()
        path, headers = (
            f"{BATCHES}?operation={operation}&source={source}{query}",
            {"Idempotency-Key": key} if key else {},
        )
        answer = self.client.post(path, data=lines, headers=headers, content_type="application/x-ndjson")
        assert answer.status_code == 202, answer.text
        return str(answer.get_json()["id"])

    def change(self, method: str, batch_id: str, path: str = "") -> str:
        answer = self.client.open(f"{BATCHES}/{batch_id}{path}", method=method, data=b"")
        assert answer.status_code in {200, 202}, answer.text
        return str(answer.get_json()["id"])

    def apply(self, batch_id: str) -> None:
        assert apply_next(self.engine, Applier("old-dispatcher", LEASE, batch_id), self.catalog)

    def apply_and_lose_the_answer(self, batch_id: str) -> None:
        """As a dispatcher that dies in the middle: the catalog has the rows, the ledger does not know it."""
        taken = take_readable(self.engine, Applier("old-dispatcher", LEASE, batch_id))
        assert taken is not None
        self.catalog.apply(bulk_call(*taken))


def groups(first: int, count: int) -> list[dict[str, Any]]:
    return [{"id": row, "name": f"Группа {row}", "comment": " старая "} for row in range(first, first + count)]


def texts(count: int, *refused: int) -> list[dict[str, Any]]:
    rows = [{"id": row, "payload": f" Row {row} "} for row in range(1, count + 1)]
    for row in refused:
        del rows[row - 1]["payload"]
    return rows


def what_is_over(old: Old) -> None:
    old.post("finished", NORMALIZE, texts(5, 5), key="monday")
    old.third.work("t1", NORMALIZE)
    old.post("failed", NORMALIZE, texts(6))
    old.fourth.work("t2", NORMALIZE, failed=(2, 4))
    retried = old.post("retried", NORMALIZE, texts(3))
    old.fourth.work("t3", NORMALIZE, failed=(1,))
    old.change("POST", retried, "/retry")
    old.third.work("t4", NORMALIZE)
    expired = old.post("expired", NORMALIZE, texts(2))
    old.third.work("t5", NORMALIZE)
    old.change("DELETE", expired)
    for source, first, query in (("loaded", 900, ""), ("undone", 950, ""), ("tried", 970, "&dry_run=true")):
        batch_id = old.post(source, GROUPS, groups(first, 10), query)
        old.fourth.work(f"t-{source}", GROUPS)
        old.apply(batch_id)
        if source == "undone":
            undo = old.change("POST", batch_id, "/undo")
            old.apply(undo)
    close_finished(old.engine)


def what_is_in_flight(old: Old) -> None:
    """Chunks that are done, leased by either worker, failed once and ready; loads in every state; tasks."""
    old.post("mixed", NORMALIZE, texts(50, 5, 12, 23, 24))
    old.fourth.work("t6", NORMALIZE)
    old.third.claim("held-by-3", NORMALIZE)
    old.fourth.claim("held-by-4", NORMALIZE)
    old.third.claim("t7", NORMALIZE)
    old.third.call("fail", {"token": "t7", "code": "operation_failed", "detail": "boom"})
    load = old.post("load", GROUPS, groups(100, 40), "&on_conflict=update")
    for token in ("t8", "t9", "t10"):
        old.fourth.work(token, GROUPS)
    old.apply(load)
    old.apply_and_lose_the_answer(load)
    cancelled = old.post("cancelled", NORMALIZE, texts(4))
    old.change("POST", cancelled, "/cancel")
    old.post("waiting", "load_types", [{"id": row, "file_name": f"t{row}", "group_id": 900} for row in range(1, 11)])
    old.post("words", WORDS, [{"id": 1, "text": "one two"}])
    for path, more in (("progress", {}), ("ingest", {"enqueue": True})):
        task = old.client.post(f"/api/importer/{path}", json={"records": texts(3), "source": path, **more})
        assert task.status_code == 202, task.text


def dump(uri: str) -> str:
    """Without what only psql of the newest versions knows, and owned by whoever restores it."""
    command = [binary("pg_dump"), "--no-owner", "--no-privileges", "--no-comments", uri]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    kept = [line for line in text.splitlines() if line and not line.startswith(("\\restrict", "\\unrestrict", "--"))]
    return "\n".join(kept) + "\n"


def main(folder: Path, output: Path) -> None:
    importer.batches.accept.chunk_rows = lambda *_: ROWS_OF_A_CHUNK
    with running_postgres(folder) as server:
        uri = server.uri()
        migrate_catalog(uri)
        migrate_importer(uri)
        catalog = create_catalog(CatalogSettings(sqlalchemy_database_uri=uri, service_token=SERVICE_TOKEN))
        worker_api = create_worker_api(Settings(sqlalchemy_database_uri=uri, worker_token=TOKEN))
        with served(catalog) as catalog_url, served(worker_api) as worker_url:
            old = Old(uri, catalog_url, worker_url)
            what_is_over(old)
            what_is_in_flight(old)
        output.write_text(dump(uri.replace("+psycopg2", "")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
