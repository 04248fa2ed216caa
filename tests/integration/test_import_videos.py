"""A batch of videos through a real GPU worker: spawned child, one record per chunk, one outcome per record."""

import json
from collections.abc import Callable, Iterator

import pytest

from importer.migrate import migrate
from tests.support.processes import python
from tests.support.stack import Part, Stack, running_stack
from tests.support.videos import write_video
from tests.support.waiting import wait_until


def gpu_worker(stack: Stack) -> Part:
    command = python("-m", "celery", "-A", "worker_gpu.app", "worker", "--queues=gpu", "--concurrency=1")
    return Part("worker-gpu", command, {**stack.env, "WORKER_NAME": "worker-gpu"}, stack.folder / "worker-gpu.log")


@pytest.fixture(scope="module")
def stack(
    make_postgres: Callable[[], str], make_redis: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    uri = make_postgres()
    migrate(uri)
    media = tmp_path_factory.mktemp("media")
    write_video(media / "clip.mp4", 30)
    (media / "text.mp4").write_text("no video")
    folder = tmp_path_factory.mktemp("stack")
    with running_stack(folder, uri, make_redis(), workers=0, env={"MEDIA_DIR": str(media)}) as running:
        running.parts["worker-gpu"] = gpu_worker(running)
        running.parts["worker-gpu"].start()
        wait_until(lambda: running.live_workers() == 1, 30, "the GPU worker in the register")
        yield running


def test_videos_become_outcomes_each_with_its_code(stack: Stack) -> None:
    payloads = ["clip.mp4", "missing.mp4", "../clip.mp4", "text.mp4"]
    body = json.dumps({"records": [{"id": name, "payload": name} for name in payloads]}).encode()
    path = "/api/importer/batches?operation=process_video"
    status, data = stack.call("POST", path, body, Content_Type="application/json")
    assert status == 202, data
    batch_id = json.loads(data)["id"]
    assert stack.wait_finished(batch_id)["state"] == "done_with_errors"
    clip, *failed = stack.results(batch_id)
    assert clip["result"]["frames"] == 30
    assert clip["result"]["shots_code"] == "no_model"
    assert [line["code"] for line in failed] == ["not_found", "bad_name", "not_a_video"]
    assert [line["payload"] for line in failed] == payloads[1:]


def test_gpu_worker_is_registered_for_its_queue_alone(stack: Stack) -> None:
    (found,) = [item for item in stack.get("/api/importer/workers")["items"] if item["alive"]]
    assert (found["queues"], found["slots"], found["operations"]) == (["gpu"], 1, ["process_video"])
