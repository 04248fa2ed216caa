"""The workers' real client against the importer's real worker API, over HTTP."""

import threading
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from werkzeug.serving import make_server

from deploy.local.ports import LOOPBACK, free_port
from importer.app import create_app
from importer.settings import Settings
from importer.worker_api.app import create_app as create_worker_api
from stackroom_jobs.outcomes import Normalized, ok_line
from stackroom_jobs.protocol import (
    CONTRACT_VERSION,
    Claim,
    ClaimRequest,
    Device,
    FailRequest,
    Heartbeat,
    LostRequest,
    ReleaseRequest,
    RenewRequest,
)
from stackroom_jobs.records import Record
from stackroom_jobs.settings import WorkerSettings
from stackroom_jobs.worker.client import ContractError, WorkerAPI, WorkerAPIError
from stackroom_jobs.worker.deadline import Deadline
from stackroom_kit.settings import Secret

TOKEN = Secret("token-of-this-test")
BATCHES = "/api/importer/batches"
WORKERS = "/api/importer/workers"


class Importer:
    """The public app as a client, and the worker API on a port."""

    def __init__(self, uri: str, url: str) -> None:
        self.url = url
        self.client = create_app(Settings(sqlalchemy_database_uri=uri)).test_client()

    def api(self, token: Secret = TOKEN) -> WorkerAPI:
        return WorkerAPI(WorkerSettings(worker_api_url=self.url, worker_token=token))

    def post(self, rows: int = 2) -> str:
        records = [{"id": row, "payload": f"p{row}"} for row in range(rows)]
        batch_id: str = self.client.post(BATCHES, json={"records": records}).get_json()["id"]
        return batch_id

    def post_video(self) -> str:
        answer = self.client.post(f"{BATCHES}?operation=process_video", json={"records": [{"id": 1, "payload": "v"}]})
        batch_id: str = answer.get_json()["id"]
        return batch_id

    def batch(self, batch_id: str) -> dict[str, object]:
        found: dict[str, object] = self.client.get(f"{BATCHES}/{batch_id}").get_json()
        return found


@pytest.fixture
def importer(migrated: str) -> Iterator[Importer]:
    app = create_worker_api(Settings(sqlalchemy_database_uri=migrated, worker_token=TOKEN))
    server = make_server(LOOPBACK, free_port(), app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Importer(migrated, f"http://{LOOPBACK}:{server.port}")
    server.shutdown()
    server.server_close()
    thread.join()


def soon() -> Deadline:
    return Deadline(5)


def asked(token: str, delivery: str = "d1") -> ClaimRequest:
    return ClaimRequest("w1", "cpu", ["normalize_record"], delivery, token)


def claimed(api: WorkerAPI, token: str) -> Claim:
    chunk = api.claim(asked(token), soon())
    assert chunk is not None
    return chunk


def output_of(chunk: Claim) -> bytes:
    records = msgspec.json.decode(chunk.records, type=list[Record])
    lines = [ok_line(row, Normalized(str(r.id), r.payload, 2, 2)) for row, r in enumerate(records, chunk.first_row)]
    return msgspec.json.Encoder().encode_lines(lines)


def test_claim_carries_records_and_report_carries_the_next_claim(importer: Importer) -> None:
    api = importer.api()
    first, second = importer.post(), importer.post()
    chunk = claimed(api, "t1")
    assert (chunk.batch_id, chunk.first_row, chunk.attempt, chunk.operation) == (first, 1, 1, "normalize_record")
    following = api.report(chunk.token, output_of(chunk), asked("t2"), soon())
    assert following is not None
    assert following.batch_id == second
    assert api.report(following.token, output_of(following), asked("t3"), soon()) is None
    assert importer.batch(first)["state"] == importer.batch(second)["state"] == "done"


def test_nothing_due_is_no_chunk(importer: Importer) -> None:
    assert importer.api().claim(asked("t1"), soon()) is None


def test_repeated_claim_and_report_after_lost_answers_change_nothing(importer: Importer) -> None:
    api = importer.api()
    batch_id = importer.post()
    chunk = claimed(api, "t1")
    assert claimed(api, "t1") == chunk
    assert api.report("t1", output_of(chunk), None, soon()) is None
    assert api.report("t1", output_of(chunk), None, soon()) is None
    assert importer.batch(batch_id)["state"] == "done"


def test_report_of_a_cancelled_chunk_is_refused_without_an_error(importer: Importer) -> None:
    api = importer.api()
    batch_id = importer.post()
    chunk = claimed(api, "t1")
    importer.client.post(f"{BATCHES}/{batch_id}/cancel", data=b"")
    assert not api.renew(RenewRequest("t1", 0, 0))
    assert api.report(chunk.token, output_of(chunk), asked("t2"), soon()) is None
    assert importer.batch(batch_id)["state"] == "cancelled"


def test_report_with_a_missing_line_is_an_error(importer: Importer) -> None:
    api = importer.api()
    importer.post()
    chunk = claimed(api, "t1")
    with pytest.raises(WorkerAPIError, match="2 records, the report 1 lines"):
        api.report("t1", output_of(chunk).splitlines(keepends=True)[0], None, soon())


@pytest.mark.parametrize(("text", "words"), [(b"\xff", "not UTF-8"), (b"\0", r"U\+0000")])
def test_report_of_what_is_no_text_is_an_error(importer: Importer, text: bytes, words: str) -> None:
    api = importer.api()
    importer.post()
    chunk = claimed(api, "t1")
    with pytest.raises(WorkerAPIError, match=words):
        api.report("t1", output_of(chunk) + text, None, soon())


def test_released_chunk_is_due_at_once_and_its_attempt_was_none(importer: Importer) -> None:
    api = importer.api()
    importer.post()
    claimed(api, "t1")
    assert api.renew(RenewRequest("t1", 1, 2))
    api.release(ReleaseRequest("t1", 0), soon())
    assert claimed(api, "t2").attempt == 1


def test_failed_chunk_waits_and_lost_chunk_does_not(importer: Importer) -> None:
    api = importer.api()
    importer.post()
    claimed(api, "t1")
    api.lost(LostRequest("w1", "d1", "worker_lost"), soon())
    claimed(api, "t2")
    api.fail(FailRequest("t2", "operation_failed", "boom"), soon())
    assert api.claim(asked("t3"), soon()) is None


def test_wrong_token_is_refused_and_not_repeated(importer: Importer) -> None:
    with pytest.raises(WorkerAPIError, match="403"):
        importer.api(Secret("another")).claim(asked("t1"), soon())


def test_heartbeat_of_another_contract_is_refused_with_both_versions(importer: Importer) -> None:
    beat = Heartbeat("w1", "host", CONTRACT_VERSION + 1, ["cpu"], 1, ["normalize_record"], {})
    with pytest.raises(ContractError, match=f"contract {CONTRACT_VERSION + 1}, this importer {CONTRACT_VERSION}"):
        importer.api().heartbeat(beat)


def test_heartbeat_puts_the_worker_into_the_register(importer: Importer) -> None:
    importer.api().heartbeat(Heartbeat("w1", "host", CONTRACT_VERSION, ["cpu"], 3, ["normalize_record"], {}))
    (worker,) = importer.client.get("/api/importer/workers").get_json()["items"]
    assert (worker["name"], worker["slots"], worker["alive"], worker["busy"]) == ("w1", 3, True, [])


def test_worker_shows_the_chunks_that_it_holds(importer: Importer) -> None:
    api = importer.api()
    api.heartbeat(Heartbeat("w1", "host", CONTRACT_VERSION, ["cpu"], 3, ["normalize_record"], {}))
    batch_id = importer.post()
    claimed(api, "t1")
    api.renew(RenewRequest("t1", 1, 2))
    (worker,) = importer.client.get("/api/importer/workers").get_json()["items"]
    held = {"batch_id": batch_id, "operation": "normalize_record", "first_row": 1, "rows": 2, "current": 1, "total": 2}
    assert worker["busy"] == [held]


def test_worker_of_another_contract_is_refused_work_and_shown_with_the_reason(
    importer: Importer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its heartbeat may carry what this version cannot read; the reason is logged once, not with each heartbeat."""
    importer.post()
    monkeypatch.setattr("stackroom_jobs.worker.client.CONTRACT_VERSION", CONTRACT_VERSION + 1)
    api = importer.api()
    assert api.claim(asked("t1"), soon()) is None
    beat = Heartbeat("w1", "far", CONTRACT_VERSION + 1, ["lisp"], 7, ["another"], {"x": 1})  # type: ignore[dict-item]
    for _ in range(2):
        with pytest.raises(ContractError):
            api.heartbeat(beat)
    (worker,) = importer.client.get(WORKERS).get_json()["items"]
    assert (worker["name"], worker["host"], worker["state"], worker["alive"]) == ("w1", "far", "refused", False)
    assert f"contract {CONTRACT_VERSION + 1}, this importer {CONTRACT_VERSION}" in worker["reason"]
    assert sum("w1 on host=far is refused" in record.getMessage() for record in caplog.records) == 1


GPU = Device("cuda", "NVIDIA H100", "GPU-1", 80 << 30, 3 << 30, 97, "570.86", "12.8")


def beat_of(name: str, **more: Any) -> Heartbeat:
    return Heartbeat(name, "host", CONTRACT_VERSION, ["gpu"], 1, ["process_video"], {"torch": "2.13.0"}, **more)


def test_heartbeat_shows_the_device(importer: Importer) -> None:
    importer.api().heartbeat(beat_of("w1", device=GPU))
    (worker,) = importer.client.get(WORKERS).get_json()["items"]
    assert worker["device"] == msgspec.to_builtins(GPU)
    assert (worker["state"], worker["reason"]) == ("healthy", None)


def test_unhealthy_worker_counts_no_slots_until_it_is_well_again(importer: Importer) -> None:
    """Its device stays to be seen. Queues count it apart."""

    def seen() -> tuple[object, ...]:
        (worker,) = importer.client.get(WORKERS).get_json()["items"]
        queues = importer.client.get("/api/importer/queues").get_json()["items"]
        (gpu,) = [queue for queue in queues if queue["queue"] == "gpu"]
        assert worker["device"]["model"] == "NVIDIA H100"
        return worker["state"], worker["alive"], worker["reason"], gpu["slots"], gpu["workers"], gpu["unhealthy"]

    api = importer.api()
    api.heartbeat(beat_of("w1", device=GPU))
    assert seen() == ("healthy", True, None, 1, 1, 0)
    api.heartbeat(beat_of("w1", unhealthy="CUDA error: gone"))
    assert seen() == ("unhealthy", False, "CUDA error: gone", 0, 0, 1)
    batch_id = importer.post_video()
    assert importer.batch(batch_id)["state"] == "waiting_for_worker"
    api.heartbeat(beat_of("w1", device=GPU))
    assert seen() == ("healthy", True, None, 1, 1, 0)
    assert importer.batch(batch_id)["state"] == "queued"


def test_worker_that_says_goodbye_is_forgotten_unless_it_is_unhealthy(importer: Importer) -> None:
    api = importer.api()
    api.heartbeat(beat_of("w1"))
    api.heartbeat(beat_of("w2", unhealthy="CUDA error"))
    for name in ("w1", "w1", "w2", "nobody"):
        api.goodbye(name)
    assert [worker["name"] for worker in importer.client.get(WORKERS).get_json()["items"]] == ["w2"]
