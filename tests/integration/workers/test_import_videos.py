"""A batch of videos through a real GPU worker: spawned child, one record per chunk, one outcome per record."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.states import READY_STATES
from redis import Redis

from stackroom_jobs.celery_app import make_celery
from stackroom_jobs.settings import BrokerSettings
from tests.support.servers.processes import python
from tests.support.stacks.importer import Part, Stack
from tests.support.videos.files import copy_beginning, write_video
from tests.support.videos.model import needs_model, real_video
from tests.support.waiting import wait_until
from worker_gpu.model import is_installed


def gpu_worker(stack: Stack) -> Part:
    command = python("-m", "celery", "-A", "worker_gpu.app", "worker", "--queues=gpu", "--concurrency=1")
    return Part("worker-gpu", command, {**stack.env, "WORKER_NAME": "worker-gpu"}, stack.folder / "worker-gpu.log")


@pytest.fixture(scope="module")
def stack(
    run_stack: Callable[..., Stack], make_redis: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Stack:
    media = tmp_path_factory.mktemp("media")
    write_video(media / "clip.mp4", 30)
    write_video(media / "longer.mp4", 100)
    (media / "text.mp4").write_text("no video")
    results = {"CELERY_RESULT_BACKEND": make_redis()}
    running = run_stack(workers=0, env={"MEDIA_DIR": str(media), **results})
    running.parts["worker-gpu"] = gpu_worker(running)
    running.parts["worker-gpu"].start()
    wait_until(lambda: running.live_workers() == 1, 30, "the GPU worker in the register")
    return running


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
    check_shots(stack, clip["result"])
    assert [line["code"] for line in failed] == ["not_found", "bad_name", "not_a_video"]
    assert [line["payload"] for line in failed] == payloads[1:]


def bare_celery(stack: Stack) -> Celery:
    """As users of the old application have it."""
    addresses = stack.env["CELERY_BROKER_URL"], stack.env["CELERY_RESULT_BACKEND"]
    return make_celery("test", BrokerSettings(celery_broker_url=addresses[0], celery_result_backend=addresses[1]))


def check_shots(stack: Stack, found: dict[str, Any]) -> None:
    """Whether a model is installed or not."""
    if not is_installed():
        assert (found["shots"], found["shots_code"]) == (None, "no_model")
        return
    assert (found["shots_code"], found["device"], found["model"]) == (None, "cpu", "TransNet V2")
    assert (found["shots"][0]["start_frame"], found["shots"][-1]["end_frame"]) == (0, 29)
    media = Path(stack.env["MEDIA_DIR"])
    for name in (found["contact_sheet"], *(shot["keyframe"] for shot in found["shots"])):
        assert (media / name).read_bytes().startswith(b"\xff\xd8\xff"), name


@needs_model
def test_shots_of_a_real_video_come_through_the_ledger_with_their_pictures(stack: Stack) -> None:
    copy_beginning(real_video(), Path(stack.env["MEDIA_DIR"]) / "real.mp4", 100)
    batch_id = stack.post_rows(1, operation="process_video", payload="real.mp4")
    assert stack.wait_finished(batch_id, 100)["state"] == "done"
    (line,) = stack.results(batch_id)
    shots = line["result"]["shots"]
    assert [shot["start_frame"] for shot in shots[1:]] == [shot["end_frame"] + 1 for shot in shots[:-1]]
    assert [shot["keyframe"] for shot in shots] == [
        f"results/{batch_id}/1/shot-{number:04}.jpg" for number in range(1, len(shots) + 1)
    ]


def test_task_called_with_a_bare_record_returns_what_is_in_the_video(stack: Stack) -> None:
    """What users of the old application do: ``apply_async(args=[record], queue="gpu")``."""
    with bare_celery(stack) as celery:
        task = celery.signature("app.tasks.gpu.process_video")
        found = task.apply_async(args=({"id": 7, "payload": "clip.mp4"},), queue="gpu")
        result = found.get(timeout=60)
        assert (result["id"], result["frames"]) == ("7", 30)
        check_shots(stack, result)
        if result["shots"]:
            assert result["contact_sheet"] == f"tasks/{found.id}/contact-sheet.jpg"
        wrong = task.apply_async(args=({"id": 8, "payload": "text.mp4"},), queue="gpu")
        with pytest.raises(Exception, match="in no video format"):
            wrong.get(timeout=60)


def heard(celery: Celery, redis_url: str, args: tuple[Any, ...]) -> list[dict[str, Any]]:
    """All that the result backend is told of a task, from its first word: whoever asks after sending may miss that."""
    task_id = uuid.uuid4().hex
    told: list[dict[str, Any]] = []
    with Redis.from_url(redis_url) as redis, redis.pubsub(ignore_subscribe_messages=True) as messages:
        backend: Any = celery.backend
        messages.subscribe(backend.get_key_for_task(task_id))
        messages.get_message(timeout=10)
        celery.signature("app.tasks.gpu.process_video", args=args, queue="gpu").apply_async(task_id=task_id)
        while not told or told[-1]["status"] not in READY_STATES:
            message = messages.get_message(timeout=60)
            assert message is not None, told
            told.append(json.loads(message["data"]))
    return told


@pytest.mark.parametrize("is_list", [False, True], ids=["a record", "a list"])
def test_task_called_with_a_bare_record_tells_how_far_it_is(stack: Stack, is_list: bool) -> None:
    """In frames, where somebody set a result backend to hear of it; in records where it has several."""
    record = {"id": 9, "payload": "longer.mp4"}
    with bare_celery(stack) as celery:
        told = heard(celery, stack.env["CELERY_RESULT_BACKEND"], ([record] if is_list else record,))
    first = next(message["result"] for message in told if message["status"] == "PROGRESS")
    done, total = (0, 1) if is_list else (50 if is_installed() else 32, 100)
    assert first == {"current": done, "total": total, "progress": 100 * done // total}


def test_gpu_worker_is_registered_for_its_queue_alone(stack: Stack) -> None:
    (found,) = [item for item in stack.get("/api/importer/workers")["items"] if item["alive"]]
    assert (found["queues"], found["slots"], found["operations"]) == (["gpu"], 1, ["process_video"])
