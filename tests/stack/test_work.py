"""What people do with the stack in containers, through the published port, while parts of it are restarted."""

from pathlib import Path

import pytest

from tests.support.stacks.compose import Compose
from tests.support.videos.scenes import Scene, write_scenes
from tests.support.waiting import wait_until

PARTS = ["redis", "postgres", "catalog", "importer", "importer-worker-api", "importer-dispatcher", "worker-cpu", "ui"]


def test_every_part_is_ready(stack: Compose) -> None:
    answer = stack.call("GET", "/api/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_register_is_made_read_changed_and_deleted(stack: Compose) -> None:
    assert stack.call("POST", "/api/groups/", json={"id": 1, "name": "text"}).status_code == 201
    assert stack.call("POST", "/api/types/", json={"id": 1, "file_name": "epub", "group_id": 1}).status_code == 201
    assert stack.call("PUT", "/api/groups/1", json={"name": "books"}).json()["name"] == "books"
    assert stack.call("DELETE", "/api/groups/1").status_code == 409
    assert stack.call("DELETE", "/api/types/1").status_code == 200
    assert stack.call("DELETE", "/api/groups/1").status_code == 200


def test_batch_of_100000_records_comes_back_whole(stack: Compose) -> None:
    batch = stack.wait_finished(stack.post_rows(100_000, "hundred-thousand"))
    assert (batch["state"], batch["outcomes"]["ok"]) == ("done", 100_000)
    assert stack.rows_of(batch["id"]) == list(range(1, 100_001))


def test_video_that_is_missing_is_an_outcome_of_the_gpu_worker(stack: Compose) -> None:
    records = {"records": [{"id": 1, "payload": "missing.mp4"}]}
    answer = stack.call("POST", "/api/importer/batches?operation=process_video", json=records)
    stack.wait_finished(answer.json()["id"])
    lines = stack.call("GET", f"/api/importer/batches/{answer.json()['id']}/results").text
    assert '"code":"not_found"' in lines


def test_video_is_cut_into_shots_by_the_model_in_the_container(stack: Compose, tmp_path: Path) -> None:
    """Sent as a form, read by the worker through its API, its pictures delivered the same way."""
    with write_scenes(tmp_path / "cuts.mp4", [Scene(30), Scene(25), Scene(40)], 4).open("rb") as film:
        sent = stack.call("POST", "/api/importer/media", files={"file": film})
    assert sent.status_code == 201, sent.text
    records = {"records": [{"id": "cuts", "payload": sent.json()["name"]}]}
    batch_id = stack.call("POST", "/api/importer/batches?operation=process_video", json=records).json()["id"]
    assert stack.wait_finished(batch_id)["state"] == "done"
    found = stack.call("GET", f"/api/importer/batches/{batch_id}/results").json()["result"]
    assert [(shot["start_frame"], shot["end_frame"]) for shot in found["shots"]] == [(0, 29), (30, 54), (55, 94)]
    assert (found["device"], found["model"]) == ("cpu", "TransNet V2")
    for name in (found["contact_sheet"], *(shot["keyframe"] for shot in found["shots"])):
        picture = stack.call("GET", f"/api/importer/media/{name}")
        assert picture.content.startswith(b"\xff\xd8\xff"), name


def test_three_cpu_workers_share_the_work(stack: Compose) -> None:
    stack.up("--scale", "worker-cpu=3", "--no-recreate")

    def live() -> int:
        workers = stack.call("GET", "/api/importer/workers").json()["items"]
        return sum(worker["alive"] and "cpu" in worker["queues"] for worker in workers)

    wait_until(lambda: live() >= 3, 60, "three CPU workers")
    batch_id = stack.post_rows(100_000, "three-workers")
    assert stack.wait_finished(batch_id)["outcomes"]["ok"] == 100_000
    assert stack.rows_of(batch_id) == list(range(1, 100_001))


@pytest.mark.parametrize("part", PARTS)
def test_part_is_restarted_under_load_and_nothing_is_lost(stack: Compose, part: str) -> None:
    batches = [stack.post_rows(20_000, f"{part}-{number}") for number in range(3)]
    stack("restart", "--timeout", "20", part)
    batches.append(stack.post_rows(20_000, f"{part}-after"))
    for batch_id in batches:
        assert stack.wait_finished(batch_id)["outcomes"]["ok"] == 20_000
        assert stack.rows_of(batch_id) == list(range(1, 20_001))
