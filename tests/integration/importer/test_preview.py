"""What a file would be read as, before anything is written; and that a batch of it is then read the same way."""

import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from importer.api.preview import ROWS_READ, ROWS_SHOWN
from importer.app import create_app
from importer.settings import Settings
from tests.integration.importer.test_document import check
from tests.support.importer.ledger import Ledger

PREVIEW, BATCHES = "/api/importer/preview", "/api/importer/batches"
TYPES = "id;file_name;comments;group\r\n1;Книга.fb2;;text\r\n2;b\r\nx;c;;text\r\n1;d;;text\r\n"


def preview(client: FlaskClient, body: bytes, query: str = "", content_type: str = "text/csv") -> dict[str, Any]:
    answer = client.post(f"{PREVIEW}{query}", data=body, content_type=content_type)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def test_preview_says_what_a_csv_is_and_what_will_be_refused(client: FlaskClient, ledger: Ledger) -> None:
    found = preview(client, TYPES.encode("cp1251"))
    assert (found["operation"], found["queue"], found["has_worker"]) == ("load_types", "cpu", False)
    assert found["input"] == {
        "format": "csv", "encoding": "windows-1251", "encoding_source": "detected", "byte_order_mark": False,
        "delimiter": ";",
        "columns": ["id", "file_name", "comments", "group"],
    }  # fmt: skip
    assert (found["rows_read"], found["rows_expected"], found["is_whole"]) == (4, 4, True)
    assert found["rows"][0] == {
        "row": 1, "line": 2, "record": {"id": 1, "file_name": "Книга.fb2", "comments": None, "group": "text"},
    }  # fmt: skip
    assert [(one["row"], one["line"], one["code"]) for one in found["refused"]] == [
        (2, 3, "wrong_cells"), (3, 4, "wrong_type"), (4, 5, "duplicate_of"),
    ]  # fmt: skip
    assert found["rows_refused"] == 3
    assert found["rows"][1:] == found["refused"]
    check(PREVIEW, "post", 200, found)
    assert ledger.column("SELECT count(*) FROM importer.batch") == [0]


def test_batch_is_read_as_its_preview_said(client: FlaskClient) -> None:
    body = TYPES.encode("cp1251")
    found = preview(client, body)
    batch = client.post(f"{BATCHES}?operation={found['operation']}", data=body, content_type="text/csv").get_json()
    assert (batch["input"], batch["outcomes"]["refused"]) == (found["input"], found["rows_refused"])
    lines = client.get(f"{BATCHES}/{batch['id']}/results?outcome=refused").data.splitlines()
    assert [json.loads(line) for line in lines] == found["refused"]


@pytest.mark.parametrize(
    ("header", "operation"),
    [
        ("id,payload", "normalize_record"),
        ("id,name,comment", "load_groups"),
        ("ID;Name", "load_groups"),
        ("id\tfile_name\tgroup_id", "load_types"),
    ],
)
def test_preview_finds_the_operation_by_the_columns(client: FlaskClient, header: str, operation: str) -> None:
    cells = header.replace("id", "1", 1).replace("ID", "1")
    assert preview(client, f"{header}\n{cells}\n".encode())["operation"] == operation


NDJSON, JSON = "application/x-ndjson", "application/json"


@pytest.mark.parametrize(
    ("record", "operation"),
    [
        ({"id": 1, "payload": "a", "name": "extra"}, "normalize_record"),
        ({"id": 1, "name": "a"}, "load_groups"),
        ({"id": 1, "name": "a", "coment": "misspelt"}, "load_groups"),
        ({"id": 1, "file_name": "a", "group": "text"}, "load_types"),
        ({"row": 7, "outcome": "failed", "code": "exists", "detail": "", "id": 1, "name": "a"}, "load_groups"),
        ({"id": 1, "__proto__": 1, "constructor": 2}, "normalize_record"),
        ({}, "normalize_record"),
    ],
)
def test_preview_finds_the_operation_by_the_fields_of_the_first_record(
    client: FlaskClient, record: dict[str, Any], operation: str
) -> None:
    line = json.dumps(record).encode()
    assert preview(client, b"nonsense\n[1]\n" + line, content_type=NDJSON)["operation"] == operation
    assert preview(client, b'{"records": [7, %b]}' % line, content_type=JSON)["operation"] == operation


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("id,name,coment", "id, name, comment"),
        ("id;file_name;grup", "id, file_name, comments, group_id, group"),
        ("id,payload,price", "id, payload"),
    ],
)
def test_preview_names_the_columns_of_the_operation_that_was_likely_meant(
    client: FlaskClient, header: str, known: str
) -> None:
    answer = client.post(PREVIEW, data=f"{header}\n1,a,b\n", content_type="text/csv")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "unknown_column")
    assert answer.get_json()["detail"].endswith(f": {known}.")


def test_preview_reads_a_bounded_number_of_rows(client: FlaskClient) -> None:
    body = b"id,payload\n" + b"".join(b"%d,x\n" % row for row in range(50_000))
    found = preview(client, body)
    assert (found["rows_read"], found["rows_expected"], found["is_whole"]) == (ROWS_READ, 50_000, False)
    assert [one["row"] for one in found["rows"]] == list(range(1, ROWS_SHOWN + 1))


def test_preview_looks_at_the_whole_file_for_its_encoding(client: FlaskClient) -> None:
    body = b"id,payload\n" + b"1,x\n" * 50_000 + "2,Книга\n".encode("cp1251")
    assert preview(client, body)["input"]["encoding"] == "windows-1251"


def test_preview_takes_every_form_that_a_batch_takes(client: FlaskClient) -> None:
    line = b'{"id":1,"payload":"a"}'
    as_lines = preview(client, line, content_type="application/x-ndjson")
    as_json = preview(client, b'{"records":[%s]}' % line, content_type="application/json")
    form = {"file": (io.BytesIO(line), "a.jsonl")}
    as_form = client.post(PREVIEW, data=form, content_type="multipart/form-data").get_json()
    assert as_lines["rows"] == as_json["rows"] == as_form["rows"] == [{"row": 1, "record": {"id": 1, "payload": "a"}}]


def test_preview_is_refused_when_the_disk_is_nearly_full(ledger: Ledger, ledger_uri: str) -> None:
    client = create_app(Settings(sqlalchemy_database_uri=ledger_uri, min_free_bytes=2**60)).test_client()
    answer = client.post(PREVIEW, data=b"id,payload\n1,a\n", content_type="text/csv")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "disk_low")
