"""Bytes of strangers on the queues (row 46): nothing of them runs, and work goes on.

What is no message at all ends a Celery worker; its supervisor starts it again, and the bytes are gone. The ledger's
work waits meanwhile.
"""

import base64
import contextlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from stackroom_jobs.celery_app import KEY_PREFIX
from tests.support.stacks.importer import Stack
from tests.support.stacks.whole import WholeStack
from tests.support.waiting import wait_until

TASK = "app.tasks.importer.normalize_record"


@pytest.fixture
def stack(stack: WholeStack) -> Stack:
    return stack.importer


class Exploit:
    """What a pickle may do to who reads it: here, make a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (open, (str(self._path), "w"))


def message(body: bytes, content_type: str = "application/json", task: str = TASK) -> bytes:
    """As kombu's Redis transport writes it."""
    properties = {
        "delivery_info": {"exchange": "", "routing_key": "cpu"},
        "delivery_tag": "t",
        "delivery_mode": 2,
        "priority": 0,
        "body_encoding": "base64",
        "correlation_id": "c",
        "reply_to": "r",
    }
    envelope = {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "utf-8" if content_type == "application/json" else "binary",
        "content-type": content_type,
        "headers": {"lang": "py", "task": task, "id": "i", "root_id": "i", "argsrepr": "", "kwargsrepr": ""},
        "properties": properties,
    }
    return json.dumps(envelope).encode()


GARBAGE = [
    pytest.param(b"\x80\x04garbage", id="no json"),
    pytest.param(b"null", id="null"),
    pytest.param(b"{}", id="no message"),
    pytest.param(message(b"not json"), id="body that is no json"),
    pytest.param(message(b"[[], {}, {}]", task="os.system"), id="unknown task"),
    pytest.param(message(json.dumps([[1, 2, 3], {"x": 1}, {}]).encode()), id="wrong arguments"),
]


def send(stack: Stack, queue: str, sent: bytes) -> None:
    """Returns once a worker has taken it and a batch went through after it."""
    worker = stack.workers[0]
    batch_id = ""

    def supervised_until(condition: Callable[[], bool]) -> bool:
        if not worker.running.is_running():
            worker.start()
        return condition()

    with contextlib.closing(redis.Redis.from_url(stack.env["CELERY_BROKER_URL"])) as client:
        client.lpush(KEY_PREFIX + queue, sent)
        batch_id = stack.post_rows(10)
        wait_until(lambda: supervised_until(lambda: not client.llen(KEY_PREFIX + queue)), 20, "an empty queue")
    wait_until(lambda: supervised_until(lambda: stack.batch(batch_id)["state"] == "done"), 20, "the batch")


@pytest.mark.parametrize("queue", ["cpu", "cpu.bell"])
@pytest.mark.parametrize("sent", GARBAGE)
def test_work_goes_on_after_foreign_bytes(stack: Stack, queue: str, sent: bytes) -> None:
    send(stack, queue, sent)


def test_pickle_is_not_opened(stack: Stack, tmp_path: Path) -> None:
    made = tmp_path / "made"
    send(stack, "cpu", message(pickle.dumps(Exploit(made)), "application/x-python-serialize"))
    assert not made.exists()
    assert "Exploit" not in stack.workers[0].log.read_text()
