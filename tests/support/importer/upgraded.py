"""The services of today on a database of the version before, and the workers of then."""

import dataclasses
import itertools
import json
import uuid
from contextlib import closing
from typing import Any

import psycopg2
import requests

from importer.database import make_engine
from importer.ledger.apply import Applier
from importer.ledger.batch_end import close_finished
from importer.loads.apply import apply_next
from importer.loads.catalog import Catalog
from stackroom_kit.actor import Actor
from stackroom_kit.rights import rights_of
from stackroom_kit.settings import Secret
from tests.support.identity.door import Door
from tests.support.servers.embedded import libpq_uri

BATCHES, LEASE = "/api/importer/batches", 30
TOKEN = Secret("token-of-then")
EDITOR = Actor("7", "ann", "user", "editor", rights_of("editor"))
Row = dict[str, Any]


def execute(uri: str, statement: str) -> list[Any]:
    """First columns; nothing of a statement that gives none."""
    with closing(psycopg2.connect(libpq_uri(uri))) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


@dataclasses.dataclass
class Upgraded:
    """The services of today on that database, with AUTH=on."""

    uri: str
    door: Door
    catalog: Catalog
    worker_api: str

    def __post_init__(self) -> None:
        self.engine = make_engine(self.uri, 2)
        self.ids = {row["source"]: row["id"] for row in reversed(self.listed())}

    def listed(self) -> list[Row]:
        found: list[Row] = self.door.signed(EDITOR, "GET", f"{BATCHES}?limit=200").get_json()["items"]
        return found

    def batch(self, source: str) -> Row:
        found: Row = self.door.signed(EDITOR, "GET", f"{BATCHES}/{self.ids[source]}").get_json()
        return found

    def change(self, source: str, path: str) -> Row:
        answer = self.door.signed(EDITOR, "POST", f"{BATCHES}/{self.ids[source]}/{path}")
        assert answer.status_code == 202, answer.text
        found: Row = answer.get_json()
        return found

    def call(self, contract: int, path: str, body: bytes | Row, **query: str) -> requests.Response:
        """By a worker of then."""
        headers = {"Authorization": f"Bearer {TOKEN.reveal()}", "Stackroom-Contract": str(contract)}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return requests.post(f"{self.worker_api}/internal/{path}", data, headers=headers, params=query, timeout=10)

    def claim(self, contract: int, token: str, queue: str, *operations: str) -> Row | None:
        worker = {"worker": f"worker-cpu@host-{contract}", "queue": queue, "incarnation": f"a{contract}"}
        body = {**worker, "operations": operations, "delivery": f"d-{token}", "token": token}
        answer = self.call(contract, "claim", body)
        return answer.json() if answer.status_code == 200 else None

    def report(self, contract: int, chunk: Row) -> None:
        numbered = enumerate(chunk["records"], chunk["first_row"])
        lines = [line_of(row, record, chunk["operation"]) for row, record in numbered if record]
        answer = self.call(contract, "report", "".join(lines).encode(), token=chunk["token"])
        assert answer.status_code == 204, answer.text

    def work_off(self) -> None:
        """Both workers take what there is, in turns; what was computed is applied."""
        execute(self.uri, "UPDATE importer.chunk SET due_at = now() WHERE state <> 'leased'")
        contracts = itertools.cycle((3, 4))
        for queue, *operations in (("cpu", "normalize_record", "load"), ("default", "process_batch_with_progress")):
            while chunk := self.claim(contract := next(contracts), uuid.uuid4().hex, queue, *operations):
                self.report(contract, chunk)
        while apply_next(self.engine, Applier("new-dispatcher", LEASE), self.catalog):
            pass
        close_finished(self.engine)


def line_of(row: int, record: Row, operation: str) -> str:
    result: Row = record
    if not operation.startswith("load_"):
        text = record["payload"]
        result = {
            "id": str(record["id"]), "normalized_payload": text.strip(), "original_length": len(text),
            "trimmed_length": len(text.strip()),
        }  # fmt: skip
    return json.dumps({"row": row, "outcome": "ok", "result": result}) + "\n"


def held_chunk(contract: int, uri: str) -> Row:
    """As its worker got it before the upgrade."""
    token = f"held-by-{contract}"
    (found,) = execute(uri, f"SELECT to_jsonb(one) FROM importer.chunk AS one WHERE token = '{token}'")
    records = json.loads(found["records"])
    return {"token": token, "first_row": found["first_row"], "records": records, "operation": "normalize_record"}
