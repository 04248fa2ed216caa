"""The GPU-host kit as another compose project: it knows the stack by two TLS addresses, a token and a certificate."""

import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.support.servers.processes import ROOT
from tests.support.stacks.compose import Compose
from tests.support.waiting import wait_until

KIT = str(ROOT / "deploy/gpu-host/gpu-host")


class Kit:
    def __init__(self, settings: dict[str, str]) -> None:
        self._env = {**os.environ, **settings}

    def __call__(self, *words: str) -> tuple[int, str]:
        done = subprocess.run([KIT, *words], env=self._env, capture_output=True, text=True, timeout=200, check=False)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def kit(published: dict[str, str]) -> Iterator[Kit]:
    kit = Kit(published)
    kit("down")  # what an interrupted run left
    yield kit
    kit("down")


def test_kit_without_a_gpu_starts_nothing_and_with_cpu_one_worker_that_works(
    stack: Compose,
    published: dict[str, str],
    kit: Kit,
) -> None:
    status, said = kit("up")
    assert (status, "no GPU is here" in said) == (1, True), said
    status, said = kit("up", "--cpu")
    assert status == 0, said

    def live() -> list[str]:
        workers = stack.call("GET", "/api/importer/workers").json()["items"]
        return [worker["name"] for worker in workers if worker["alive"] and "gpu" in worker["queues"]]

    wait_until(lambda: len(live()) == 1 and live()[0].endswith("/cpu"), 60, "the kit's worker alone")
    records = {"records": [{"id": 1, "payload": "missing.mp4"}]}
    answer = stack.call("POST", "/api/importer/batches?operation=process_video", json=records)
    assert stack.wait_finished(answer.json()["id"])["outcomes"]["failed"] == 1
    assert kit("status") == (0, "cpu: healthy\n")
    assert kit("down")[0] == 0
    assert live() == []
