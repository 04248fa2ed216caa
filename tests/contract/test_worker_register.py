"""Heartbeats of the workers' real client, and what the importer's register makes of them."""

from typing import Any

import msgspec
import pytest

from stackroom_jobs.protocol import (
    CONTRACT_VERSION,
    Device,
    Heartbeat,
    RenewRequest,
)
from stackroom_jobs.worker.client import ContractError
from stackroom_jobs.worker.registration import WorkerName
from tests.support.workers.calls import SELF, WORKERS, Importer, asked, claimed, soon


def test_heartbeat_of_another_contract_is_refused_with_both_versions(importer: Importer) -> None:
    beat = Heartbeat("w1", "host", CONTRACT_VERSION + 1, ["cpu"], 1, ["normalize_record"], {}, SELF)
    with pytest.raises(ContractError, match=f"contract {CONTRACT_VERSION + 1}, this importer {CONTRACT_VERSION}"):
        importer.api().heartbeat(beat)


def test_heartbeat_puts_the_worker_into_the_register(importer: Importer) -> None:
    importer.api().heartbeat(Heartbeat("w1", "host", CONTRACT_VERSION, ["cpu"], 3, ["normalize_record"], {}, SELF))
    (worker,) = importer.client.get("/api/importer/workers").get_json()["items"]
    assert (worker["name"], worker["slots"], worker["alive"], worker["busy"]) == ("w1", 3, True, [])


def test_worker_shows_the_chunks_that_it_holds(importer: Importer) -> None:
    api = importer.api()
    api.heartbeat(Heartbeat("w1", "host", CONTRACT_VERSION, ["cpu"], 3, ["normalize_record"], {}, SELF))
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
    beat = Heartbeat("w1", "far", CONTRACT_VERSION + 1, ["lisp"], 7, ["another"], {"x": 1}, SELF)  # type: ignore[dict-item]
    for _ in range(2):
        with pytest.raises(ContractError):
            api.heartbeat(beat)
    (worker,) = importer.client.get(WORKERS).get_json()["items"]
    assert (worker["name"], worker["host"], worker["state"], worker["alive"]) == ("w1", "far", "refused", False)
    assert f"contract {CONTRACT_VERSION + 1}, this importer {CONTRACT_VERSION}" in worker["reason"]
    assert sum("w1 on host=far is refused" in record.getMessage() for record in caplog.records) == 1


GPU = Device("cuda", "NVIDIA H100", "GPU-1", 80 << 30, 3 << 30, 97, "570.86", "12.8")


def beat_of(name: str, **more: Any) -> Heartbeat:
    return Heartbeat(name, "host", CONTRACT_VERSION, ["gpu"], 1, ["process_video"], {"torch": "2.13.0"}, SELF, **more)


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
        api.goodbye(WorkerName(name, SELF))
    assert [worker["name"] for worker in importer.client.get(WORKERS).get_json()["items"]] == ["w2"]
