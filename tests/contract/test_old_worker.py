"""A worker of the contract before works beside those of today: the bytes that its version sent, as they were."""

import dataclasses
import json
from typing import Any

import pytest
import requests
from sqlalchemy import text

from importer.database import make_engine
from stackroom_jobs.protocol import CONTRACT_VERSION, OLDEST_CONTRACT
from tests.support.workers.calls import OTHER_TOKEN, TOKEN, WORKERS, Importer, asked, claimed, output_of, soon

NAME = "worker-cpu@old-host"
OPERATIONS = ["normalize_record", "process_batch_with_progress", "load_groups", "load_types"]
BEAT = {
    "worker": NAME, "host": "old-host", "contract": 3, "queues": ["cpu", "default"], "slots": 2,
    "operations": OPERATIONS, "versions": {"celery": "5.5.3", "python": "3.11.7"}, "device": None, "unhealthy": "",
    "incarnation": "a1",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class OldWorker:
    url: str
    token: str = TOKEN.reveal()

    def call(self, path: str, body: dict[str, Any] | bytes, query: dict[str, str] | None = None) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Stackroom-Contract": "3",
            "Content-Type": "application/json",
        }
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return requests.post(f"{self.url}/internal/{path}", data, headers=headers, params=query, timeout=10)

    def beat(self, **changes: Any) -> requests.Response:
        return self.call("heartbeat", {**BEAT, **changes})

    def claim(self, token: str) -> requests.Response:
        body = {"worker": NAME, "queue": "cpu", "operations": OPERATIONS, "delivery": f"d-{token}", "token": token}
        return self.call("claim", {**body, "incarnation": "a1"})

    def report(self, chunk: dict[str, Any], next_token: str = "") -> requests.Response:
        """The next claim is in the query."""
        query = {"token": chunk["token"]}
        if next_token:
            operations = ",".join(OPERATIONS)
            more = {"worker": NAME, "queue": "cpu", "operations": operations, "delivery": f"d-{next_token}"}
            query |= {"next_token": next_token, **more, "incarnation": "a1"}
        return self.call("report", outcomes(chunk), query)


def outcomes(chunk: dict[str, Any]) -> bytes:
    lines = [
        {"row": row, "outcome": "ok", "result": {
            "id": str(record["id"]), "normalized_payload": record["payload"], "original_length": 2, "trimmed_length": 2,
        }}
        for row, record in enumerate(chunk["records"], chunk["first_row"])
    ]  # fmt: skip
    return "".join(f"{json.dumps(line, separators=(',', ':'))}\n" for line in lines).encode()


@pytest.fixture
def old(importer: Importer) -> OldWorker:
    return OldWorker(importer.url)


def test_contract_before_is_the_one_that_is_still_taken() -> None:
    assert (BEAT["contract"], 4) == (OLDEST_CONTRACT, CONTRACT_VERSION), "write this file anew for the new n-1"


def test_old_worker_claims_renews_and_reports(importer: Importer, old: OldWorker) -> None:
    first, second = importer.post(), importer.post()
    assert (old.beat().status_code, old.beat().json()) == (200, {})
    chunk = old.claim("t1").json()
    needed = {"token", "batch_id", "first_row", "operation", "options", "request_id", "attempt", "lease_seconds"}
    assert needed | {"records"} <= chunk.keys()
    assert old.claim("t1").json() == chunk, "a repeat after a lost answer"
    assert old.call("renew", {"token": "t1", "current": 1, "total": 2}).json() == {"stop": False}
    following = old.report(chunk, "t2")
    assert (following.status_code, following.json()["batch_id"]) == (200, second)
    assert old.report(following.json(), "t3").status_code == 204
    assert old.report(following.json()).status_code == 204, "a repeat after a lost answer"
    assert importer.batch(first)["state"] == importer.batch(second)["state"] == "done"
    assert old.call("goodbye", {"worker": NAME, "incarnation": "a1"}).status_code == 204
    assert importer.client.get(WORKERS).get_json()["items"] == []


@pytest.mark.parametrize(
    ("path", "body", "attempt"),
    [
        ("release", {"token": "t1", "not_before_seconds": 0, "lost_device": ""}, 1),
        ("release", {"token": "t1", "not_before_seconds": 0, "lost_device": "CUDA error: " + 300 * "a long story "}, 1),
        ("lost", {"worker": NAME, "delivery": "d-t1", "reason": "worker_lost"}, 2),
        ("fail", {"token": "t1", "code": "operation_failed", "detail": "ValueError: boom"}, 2),
    ],
)
def test_old_worker_gives_back_what_it_cannot_do(
    importer: Importer, old: OldWorker, migrated: str, path: str, body: dict[str, Any], attempt: int
) -> None:
    importer.post()
    old.beat()
    assert old.claim("t1").status_code == 200
    assert old.call(path, body).status_code == 204
    with make_engine(migrated, 1).connect() as connection:
        connection.execute(text("UPDATE importer.chunk SET due_at = now()"))
    assert claimed(importer.worker(), "t2").attempt == attempt


def test_old_and_new_workers_share_a_batch(importer: Importer, old: OldWorker) -> None:
    """Each chunk goes to one of them, whoever asks."""
    api = importer.worker()
    old.beat()
    batches = [importer.post() for _ in range(4)]
    first, second = old.claim("t1").json(), claimed(api, "t2")
    third, fourth = old.report(first, "t3").json(), api.report("t2", output_of(second), asked("t4"), soon())
    assert fourth is not None
    old.report(third)
    api.report("t4", output_of(fourth), None, soon())
    assert {first["batch_id"], second.batch_id, third["batch_id"], fourth.batch_id} == set(batches)
    assert {importer.batch(batch)["state"] for batch in batches} == {"done"}


def test_old_worker_is_started_again_and_then_upgraded(importer: Importer, old: OldWorker) -> None:
    """The new one, under the same name, comes after the old one's goodbye."""
    assert old.beat().status_code == old.beat().status_code == 200
    assert OldWorker(importer.url, OTHER_TOKEN.reveal()).beat().json()["code"] == "name_taken"
    assert old.beat(contract=4, incarnation="aa").json()["code"] == "name_taken"
    assert old.call("goodbye", {"worker": NAME, "incarnation": "a1"}).status_code == 204
    assert old.beat(contract=4, incarnation="aa").status_code == 200


def test_old_gpu_worker_falls_ill(importer: Importer, old: OldWorker) -> None:
    device = {"kind": "cuda", "model": "H100", "uuid": "GPU-1", "memory_total": 2**36, "memory_used": 0}
    more = {"utilisation": 3, "driver": "570.1", "cuda": "12.8"}
    assert old.beat(device={**device, **more}, queues=["gpu"]).status_code == 200
    assert old.beat(unhealthy="CUDA error: " + 300 * "a long story ").status_code == 200
    (shown,) = importer.client.get(WORKERS).get_json()["items"]
    assert (shown["state"], shown["contract"], shown["device"]["model"]) == ("unhealthy", 3, "H100")


def test_worker_of_the_contract_before_that_is_refused(importer: Importer) -> None:
    headers = {"Authorization": f"Bearer {TOKEN.reveal()}", "Stackroom-Contract": "2"}
    body = {**BEAT, "contract": 2}
    answer = requests.post(f"{importer.url}/internal/heartbeat", json=body, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (409, "contract_differs")
