"""The worker of a host whose token is taken back while it computes: it ends, and others do what it had."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.support.servers.processes import python
from tests.support.stacks.gpu import start_live, worker_of
from tests.support.stacks.importer import Part, Stack
from tests.support.waiting import wait_until

TOKENS = "/api/importer/worker-tokens"
MODULE = "tests.support.faults.fault_worker"  # slow, and each result says by which computation it was made
ROWS = 20_000
SECONDS = 2.0  # for which a token that was taken back may still be used


@pytest.fixture(scope="module")
def stack(run_stack: Callable[..., Stack]) -> Stack:
    """With one worker, which shows the token of the setting."""
    return run_stack(lease=3, slots=1, worker_module=MODULE)


def made(stack: Stack, name: str, *queues: str) -> dict[str, Any]:
    body = json.dumps({"name": name, "queues": queues}).encode()
    status, answer = stack.call("POST", TOKENS, body, Content_Type="application/json")
    assert status == 201, answer
    return dict(json.loads(answer))


def worker_with(stack: Stack, token: str, name: str, queues: str = "cpu") -> Part:
    command = python("-m", "celery", "-A", MODULE, "worker", f"--queues={queues}", "--concurrency=1")
    env = {**stack.env, "WORKER_NAME": name, "WORKER_TOKEN": token}
    part = stack.parts[name] = Part(name, command, env, stack.folder / f"{name}.log")
    return part


def late(stack: Stack, worker: str) -> int:
    """Chunks of this worker that ended long after its token was taken back."""
    engine = create_engine(stack.env["SQLALCHEMY_DATABASE_URI"])
    statement = """
        SELECT count(*) FROM importer.chunk
        WHERE worker = :worker AND finished_at > (SELECT max(revoked_at) FROM importer.worker_token)
          + make_interval(secs => :seconds)"""
    with engine.connect() as connection:
        found = connection.execute(text(statement), {"worker": worker, "seconds": SECONDS}).scalar_one()
    engine.dispose()
    return int(found)


def test_token_is_taken_back_while_its_worker_computes(stack: Stack) -> None:
    token = made(stack, "host-1", "cpu")
    part = worker_with(stack, token["secret"], "of-host-1")
    start_live(stack, part)
    batch_id = stack.post_rows(ROWS)
    wait_until(lambda: worker_of(stack, "of-host-1").get("busy"), 20, "it to hold a chunk")
    begun = time.monotonic()
    assert stack.call("DELETE", f"{TOKENS}/{token['token']['id']}")[0] == 200
    assert part.running.wait(30) == 1
    assert time.monotonic() - begun < 15
    assert "this worker cannot work here: This API is for workers that carry a known token." in part.running.output()
    batch = stack.wait_finished(batch_id)
    assert batch["outcomes"] == {"ok": ROWS, "failed": 0, "refused": 0, "cancelled": 0, "pending": 0}
    results = stack.results(batch_id)
    assert [one["row"] for one in results] == list(range(1, ROWS + 1))
    assert len({one["result"]["computation"] for one in results}) == ROWS
    assert late(stack, "of-host-1") == 0
    assert worker_of(stack, "of-host-1")["reason"] == "Its token was taken back."
    for log in stack.folder.glob("*.log"):
        assert token["secret"] not in log.read_text(errors="replace"), log.name


def test_worker_of_a_queue_that_its_token_does_not_name_says_so_and_ends(stack: Stack) -> None:
    token = made(stack, "host-2", "gpu")
    part = worker_with(stack, token["secret"], "of-host-2", "cpu,gpu")
    part.start()
    assert part.running.wait(40) == 1
    assert "this worker cannot work here: The token 'host-2' is not for the queues cpu." in part.running.output()
    assert worker_of(stack, "of-host-2") == {}
