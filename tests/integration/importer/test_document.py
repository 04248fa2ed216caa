"""What the importer answers has the shape that its OpenAPI document promises."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient

from importer.app import create_app
from importer.settings import Settings
from tests.support.documents.described import documents

DOCUMENT = documents()["importer"]
RECORDS = [{"id": 1, "payload": " A "}, {"id": "b", "payload": "x"}]


@pytest.fixture
def client(migrated: str) -> Iterator[FlaskClient]:
    settings = Settings(sqlalchemy_database_uri=migrated, celery_task_always_eager=True)
    with create_app(settings).test_client() as client:
        yield client


def check(path: str, method: str, status: int, value: Any) -> None:
    answer = DOCUMENT["paths"][path][method]["responses"][str(status)]
    (described,) = [one["schema"] for kind, one in answer["content"].items() if "json" in kind]
    jsonschema.validate(value, {**described, "components": DOCUMENT["components"]})


def test_answers_of_tasks_are_as_described(client: FlaskClient) -> None:
    api = "/api/importer"
    check(f"{api}/ingest", "post", 200, client.post(f"{api}/ingest", json={"records": RECORDS}).get_json())
    queued = client.post(f"{api}/ingest", json={"records": RECORDS, "enqueue": True}).get_json()
    check(f"{api}/ingest", "post", 202, queued)
    progress = client.post(f"{api}/progress", json={"records": RECORDS}).get_json()
    check(f"{api}/progress", "post", 202, progress)
    for task_id in (queued["tasks"][0]["task_id"], progress["task_id"]):
        check(f"{api}/status/{{task_id}}", "get", 200, client.get(f"{api}/status/{task_id}").get_json())


def test_answers_of_batches_are_as_described(client: FlaskClient) -> None:
    path = "/api/importer/batches"
    batch = client.post(path, json={"records": [*RECORDS, {"id": 3}]}).get_json()
    check(path, "post", 202, batch)
    check(path, "get", 200, client.get(path).get_json())
    check(f"{path}/{{batch_id}}", "get", 200, client.get(f"{path}/{batch['id']}").get_json())
    lines = client.get(f"{path}/{batch['id']}/results").data.splitlines()
    assert len(lines) == 3
    for line in lines:
        check(f"{path}/{{batch_id}}/results", "get", 200, json.loads(line))
    check(f"{path}/{{batch_id}}/cancel", "post", 200, client.post(f"{path}/{batch['id']}/cancel").get_json())
    check(path, "post", 415, client.post(path, data=b"x", content_type="text/plain").get_json())


@pytest.mark.parametrize("name", ["operations", "queues", "workers"])
def test_answers_of_lists_are_as_described(client: FlaskClient, name: str) -> None:
    check(f"/api/importer/{name}", "get", 200, client.get(f"/api/importer/{name}").get_json())


def test_limits_that_are_told_are_those_that_hold(migrated: str) -> None:
    limits: dict[str, Any] = {
        "max_body_bytes": 9000, "max_batch_rows": 3, "max_refused_rows": 1, "max_record_bytes": 100,
        "max_media_bytes": 7000,
    }  # fmt: skip
    client = create_app(Settings(sqlalchemy_database_uri=migrated, **limits)).test_client()
    told = client.get("/api/importer/operations").get_json()["limits"]
    assert told == {**limits, "max_header_characters": 8192}

    def sent(body: bytes, kind: str = "application/x-ndjson") -> tuple[int, str]:
        answer = client.post("/api/importer/batches", data=body, content_type=kind)
        return answer.status_code, answer.get_json().get("code", "")

    row = b'{"id":1,"payload":"x"}\n'
    assert sent(row * 3)[0] == 202
    assert sent(row * 4) == (413, "too_many_rows")
    assert sent(row + b"{}\n")[0] == 202
    assert sent(row + b"{}\n{}\n") == (422, "too_many_refused")
    assert sent(row.ljust(9001)) == (413, "too_large")
    assert sent(b"id,payload".ljust(8191) + b"\n1,x\n", "text/csv")[0] == 202
    assert sent(b"id,payload".ljust(8192) + b"\n1,x\n", "text/csv") == (400, "unknown_column")
