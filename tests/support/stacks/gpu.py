"""The importer and GPU workers of one pinned child each, every one with a device of its own that can fail."""

import os
from pathlib import Path
from typing import Any

from tests.support.servers.processes import MEMBERS, python
from tests.support.stacks.importer import Part, Stack
from tests.support.waiting import wait_until

STUBS = Path(__file__).resolve().parents[1] / "workers" / "stubs"
WITHOUT_GPU = {"PYTHONPATH": os.pathsep.join([str(STUBS), *MEMBERS])}  # stubs of torch and NVML come first


def add_gpu_worker(stack: Stack, name: str, module: str = "tests.support.workers.gpu_worker", **env: str) -> Part:
    """Not started yet. Its health file is ``<name>.beat`` in the stack's folder."""
    command = python("-m", "celery", "-A", module, "worker", "--queues=gpu", "--concurrency=1")
    own = {"WORKER_NAME": name, "HEARTBEAT_FILE": str(stack.folder / f"{name}.beat"), "DEVICE": "cpu"}
    part = Part(name, command, {**stack.env, **own, **env}, stack.folder / f"{name}.log")
    stack.parts[name] = part
    return part


def worker_of(stack: Stack, name: str) -> dict[str, Any]:
    """What the register says of a worker; nothing before it was heard."""
    found = [worker for worker in stack.get("/api/importer/workers")["items"] if worker["name"] == name]
    return dict(found[0]) if found else {}


def start_live(stack: Stack, part: Part) -> None:
    part.start()
    part.running.wait_ready(lambda: bool(worker_of(stack, part.name).get("alive")), 40)


def gpu_queue(stack: Stack) -> dict[str, Any]:
    (queue,) = [queue for queue in stack.get("/api/importer/queues")["items"] if queue["queue"] == "gpu"]
    return dict(queue)


def results_of(stack: Stack, batch_id: str) -> list[dict[str, Any]]:
    stack.wait_finished(batch_id)
    return [line["result"] for line in stack.results(batch_id)]


def wait_ill(stack: Stack, name: str) -> dict[str, Any]:
    wait_until(lambda: worker_of(stack, name).get("state") == "unhealthy", 30, f"{name} to be unhealthy")
    return worker_of(stack, name)
