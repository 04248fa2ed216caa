"""The public API of the importer in eager mode: what clients send, and what they read back."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from importer.settings import Settings


@pytest.fixture
def client(serve: Callable[[Settings], FlaskClient], ledger_uri: str) -> FlaskClient:
    return serve(Settings(sqlalchemy_database_uri=ledger_uri, celery_task_always_eager=True))


@pytest.fixture
def waiting_client(serve: Callable[[Settings], FlaskClient], ledger_uri: str) -> FlaskClient:
    """Without eager mode, and without workers: what is accepted stays queued."""
    return serve(Settings(sqlalchemy_database_uri=ledger_uri))


RECORDS = [{"id": 1, "payload": "  Hello \u0301E  "}, {"id": "b", "payload": "x"}]
BATCHES = "/api/importer/batches"


def post_lines(client: FlaskClient, lines: list[Any], **headers: str) -> Any:
    body = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    return client.post(BATCHES, data=body.encode(), content_type="application/x-ndjson", headers=headers)


def results_of(client: FlaskClient, batch_id: str, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"{BATCHES}/{batch_id}/results{query}")
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.data.splitlines()]


def test_ingest_answers_in_the_request(client: FlaskClient) -> None:
    answer = client.post("/api/importer/ingest", json={"source": "s", "records": RECORDS, "enqueue": False})
    assert answer.status_code == 200
    assert answer.get_json() == {
        "status": "ok",
        "source": "s",
        "imported": 2,
        "results": [
            {"id": "1", "normalized_payload": "hello \u0301e", "original_length": 12, "trimmed_length": 8},
            {"id": "b", "normalized_payload": "x", "original_length": 1, "trimmed_length": 1},
        ],
    }


def test_ingest_enqueued_gives_a_task_per_record_with_its_result(client: FlaskClient) -> None:
    answer = client.post("/api/importer/ingest", json={"records": RECORDS, "enqueue": True})
    assert answer.status_code == 202
    body = answer.get_json()
    assert (body["status"], body["source"], body["queued_tasks"]) == ("queued", "unspecified", 2)
    assert [task["record_id"] for task in body["tasks"]] == ["1", "b"]
    status = client.get(f"/api/importer/status/{body['tasks'][1]['task_id']}").get_json()
    assert status["state"] == "SUCCESS"
    assert status["result"] == body["tasks"][1]["result"]
    assert status["meta"] == {"current": 1, "total": 1, "progress": 100}


def test_progress_ends_with_all_results(client: FlaskClient) -> None:
    answer = client.post("/api/importer/progress", json={"records": RECORDS})
    assert answer.status_code == 202
    assert answer.get_json()["queue"] == "default"
    status = client.get(answer.get_json()["status_url"]).get_json()
    assert status["state"] == "SUCCESS"
    assert (status["result"]["processed"], status["result"]["failed"]) == (2, 0)
    assert [result["id"] for result in status["result"]["results"]] == ["1", "b"]


@pytest.mark.parametrize("call", ["ingest", "progress"])
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"records": []}, "/records"),
        ({"records": [{"id": 1, "payload": "x"}, {"id": 2}]}, "/records/1/payload"),
        ({"records": [{"id": 1, "payload": 5}]}, "/records/0/payload"),
        ({"records": [7]}, "/records/0"),
        ({}, "/records"),
    ],
)
def test_ingest_and_progress_refuse_whole_and_name_the_index(
    client: FlaskClient, call: str, body: dict[str, Any], pointer: str
) -> None:
    answer = client.post(f"/api/importer/{call}", json=body)
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [pointer]


@pytest.mark.parametrize("task_id", ["nonsense", "0" * 24, "0" * 24 + ".1", "a.b.c", "%00", "x" * 500])
def test_status_of_an_id_that_was_never_issued_is_404(client: FlaskClient, task_id: str) -> None:
    assert client.get(f"/api/importer/status/{task_id}").status_code in (404, 400)


def test_status_of_a_row_that_the_batch_does_not_have_is_404(client: FlaskClient) -> None:
    batch_id = post_lines(client, RECORDS).get_json()["id"]
    assert client.get(f"/api/importer/status/{batch_id}.3").status_code == 404
    assert client.get(f"/api/importer/status/{batch_id}.2").status_code == 200


def test_status_before_a_worker_came_is_pending_and_revoked_after_a_cancel(
    waiting_client: FlaskClient,
) -> None:
    task_id = waiting_client.post("/api/importer/progress", json={"records": RECORDS}).get_json()["task_id"]
    assert waiting_client.get(f"/api/importer/status/{task_id}").get_json()["state"] == "PENDING"
    assert waiting_client.get(f"/api/importer/status/{task_id}.1").get_json()["state"] == "PENDING"
    waiting_client.post(f"{BATCHES}/{task_id}/cancel", data=b"")
    assert waiting_client.get(f"/api/importer/status/{task_id}").get_json()["state"] == "REVOKED"
    assert waiting_client.get(f"/api/importer/status/{task_id}.1").get_json()["state"] == "REVOKED"


def test_batch_keeps_bad_rows_as_outcomes_in_their_place(client: FlaskClient) -> None:
    answer = post_lines(client, [RECORDS[0], "nonsense", {"id": 3}, RECORDS[1]])
    assert answer.status_code == 202
    batch = answer.get_json()
    assert answer.headers["Location"] == f"{BATCHES}/{batch['id']}"
    assert batch["state"] == "done_with_errors"
    assert batch["outcomes"] == {"ok": 2, "failed": 0, "refused": 2, "cancelled": 0, "pending": 0}
    lines = results_of(client, batch["id"])
    assert [(line["row"], line["outcome"]) for line in lines] == [
        (1, "ok"), (2, "refused"), (3, "refused"), (4, "ok")
    ]  # fmt: skip
    assert [line["row"] for line in results_of(client, batch["id"], "?outcome=refused")] == [2, 3]
    assert [line["row"] for line in results_of(client, batch["id"], "?outcome=ok")] == [1, 4]
    assert results_of(client, batch["id"], "?outcome=failed") == []
    assert lines[2]["field"] == "payload"


def test_batch_as_json_and_as_lines_give_the_same_results(client: FlaskClient) -> None:
    as_json = client.post(f"{BATCHES}?queue=cpu", json={"records": RECORDS}).get_json()["id"]
    as_lines = post_lines(client, RECORDS).get_json()["id"]
    assert results_of(client, as_json) == results_of(client, as_lines)


def test_batch_of_many_chunks_comes_back_complete_and_in_order(client: FlaskClient) -> None:
    batch = post_lines(client, [{"id": row, "payload": "x"} for row in range(1, 6001)]).get_json()
    assert [line["row"] for line in results_of(client, batch["id"])] == list(range(1, 6001))


def test_batch_of_refused_rows_only_is_done_with_errors(client: FlaskClient) -> None:
    assert post_lines(client, ["bad"]).get_json()["state"] == "done_with_errors"


def test_batch_without_worker_says_so_and_can_be_cancelled(waiting_client: FlaskClient) -> None:
    batch = post_lines(waiting_client, RECORDS).get_json()
    assert (batch["state"], batch["queue_position"]) == ("waiting_for_worker", 0)
    behind = post_lines(waiting_client, RECORDS).get_json()
    assert behind["queue_position"] == 1
    cancelled = waiting_client.post(f"{BATCHES}/{batch['id']}/cancel", data=b"").get_json()
    assert (cancelled["state"], cancelled["outcomes"]["cancelled"]) == ("cancelled", 2)
    assert waiting_client.get(f"{BATCHES}/{behind['id']}").get_json()["queue_position"] == 0


def test_batches_are_listed_newest_first_by_pages(client: FlaskClient) -> None:
    made = [post_lines(client, RECORDS).get_json()["id"] for _ in range(5)]
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = client.get(f"{BATCHES}?limit=2" + (f"&after={after}" if after else "")).get_json()
        seen += [batch["id"] for batch in page["items"]]
        after = page["next"]
    assert seen == made[::-1]


def test_queues_show_what_waits(waiting_client: FlaskClient) -> None:
    post_lines(waiting_client, RECORDS)
    queues = {queue["queue"]: queue for queue in waiting_client.get("/api/importer/queues").get_json()["items"]}
    assert set(queues) == {"cpu", "gpu", "default"}
    assert (queues["cpu"]["ready"], queues["cpu"]["waiting_rows"], queues["cpu"]["slots"]) == (1, 2, 0)
