"""Batches in every form, in eager mode: CSV and multipart beside JSON and NDJSON, results as CSV."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from importer.settings import Settings

BATCHES = "/api/importer/batches"
TABLE = "id;payload\r\n1; Книга \r\n2\r\n3;=1+1\r\n"


@pytest.fixture
def client(serve: Callable[[Settings], FlaskClient], ledger_uri: str) -> FlaskClient:
    return serve(Settings(sqlalchemy_database_uri=ledger_uri, celery_task_always_eager=True))


def post(client: FlaskClient, body: bytes, content_type: str = "text/csv", **headers: str) -> TestResponse:
    return client.post(BATCHES, data=body, content_type=content_type, headers=headers)


def post_form(client: FlaskClient, *files: tuple[str, bytes, str], **fields: Any) -> TestResponse:
    parts = [(io.BytesIO(data), name, kind) for name, data, kind in files]
    return client.post(BATCHES, data={"file": parts, **fields}, content_type="multipart/form-data")


def lines_of(client: FlaskClient, batch_id: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in client.get(f"{BATCHES}/{batch_id}/results").data.splitlines()]


def test_csv_of_a_russian_spreadsheet_is_taken_and_described(client: FlaskClient) -> None:
    answer = post(client, TABLE.encode("cp1251"))
    assert answer.status_code == 202
    batch = answer.get_json()
    assert batch["input"] == {
        "format": "csv", "encoding": "windows-1251", "encoding_source": "detected", "byte_order_mark": False,
        "delimiter": ";",
        "columns": ["id", "payload"],
    }  # fmt: skip
    assert batch["outcomes"] == {"ok": 2, "failed": 0, "refused": 1, "cancelled": 0, "pending": 0}
    first, second, third = lines_of(client, batch["id"])
    assert first["result"]["normalized_payload"] == "книга"
    assert (second["outcome"], second["code"], second["id"]) == ("refused", "wrong_cells", "2")
    assert third["result"]["normalized_payload"] == "=1+1"


@pytest.mark.parametrize(
    ("name", "data", "kind", "form"),
    [
        ("books.csv", b"id,payload\n1,a\n", "application/vnd.ms-excel", "csv"),
        ("books.jsonl", b'{"id":1,"payload":"a"}\n', "application/octet-stream", "ndjson"),
        ("books", b'{"records":[{"id":1,"payload":"a"}]}', "application/json", "json"),
    ],
)
def test_file_of_a_form_is_taken_by_its_ending_or_type(
    client: FlaskClient, name: str, data: bytes, kind: str, form: str
) -> None:
    answer = post_form(client, (name, data, kind))
    assert answer.status_code == 202
    assert answer.get_json()["input"]["format"] == form
    assert answer.get_json()["outcomes"]["ok"] == 1


def test_results_as_csv_are_safe_in_a_spreadsheet_and_can_be_sent_again(client: FlaskClient) -> None:
    batch_id = post(client, TABLE.encode()).get_json()["id"]
    answer = client.get(f"{BATCHES}/{batch_id}/results?format=csv")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{batch_id}.csv"'
    assert answer.data.startswith(b"\xef\xbb\xbfrow,line,outcome,code,field,detail,id,payload,normalized_payload,")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["row"], row["outcome"], row["normalized_payload"]) for row in rows] == [
        ("1", "ok", "книга"), ("2", "refused", ""), ("3", "ok", "'=1+1"),
    ]  # fmt: skip
    refused = client.get(f"{BATCHES}/{batch_id}/results?format=csv&outcome=refused").data
    again = post(client, refused).get_json()
    assert (again["rows"], again["input"]["byte_order_mark"]) == (1, True)
