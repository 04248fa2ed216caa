"""F27: a GPU fails under its worker, is gone at start, or vanishes; the device is a fake, every process is real."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest

from stackroom_kit.probe import main as probe
from tests.support.servers.embedded import libpq_uri
from tests.support.stacks.gpu import add_gpu_worker, gpu_queue, start_live, wait_ill, worker_of
from tests.support.stacks.importer import Part, Stack
from tests.support.waiting import wait_until

FAILED = "CUDA error: unspecified launch failure"
VANISHED = "CUDA error: no CUDA-capable device is detected"
COUNTS = "SELECT max(attempts), sum(failures), sum(deaths), sum(expired), sum(device_losses) FROM importer.chunk"


@pytest.fixture(scope="module")
def stack(run_stack: Callable[..., Stack]) -> Stack:
    return run_stack(lease=3, workers=0)


class Host:
    """Workers with a fake GPU each, whose faults are files; all of them end with the test."""

    def __init__(self, stack: Stack, folder: Path, test: str) -> None:
        self.stack = stack
        self._folder = folder
        self._test = test
        self.parts: list[Part] = []

    def worker(self, number: int, **env: str) -> Part:
        """Not started yet."""
        self.device(number).mkdir()
        device = f"fake:{self.device(number)}"
        self.parts.append(add_gpu_worker(self.stack, f"{self._test}-{number}", DEVICE=device, **env))
        return self.parts[-1]

    def live(self, number: int, **env: str) -> Part:
        part = self.worker(number, **env)
        start_live(self.stack, part)
        return part

    def device(self, number: int) -> Path:
        return self._folder / f"gpu-{number}"

    def break_device(self, number: int, fault: str) -> None:
        (self.device(number) / fault).touch()

    def repair(self, number: int) -> None:
        for fault in self.device(number).iterdir():
            fault.unlink()

    def counts(self, batch_id: str) -> tuple[int, ...]:
        """Most attempts of a chunk; failures, deaths, expired leases and lost devices of all."""
        with psycopg2.connect(libpq_uri(self.stack.env["SQLALCHEMY_DATABASE_URI"])) as database:
            cursor = database.cursor()
            cursor.execute(f"{COUNTS} WHERE batch_id = %s", (batch_id,))
            row = cursor.fetchone()
        database.close()
        return tuple(map(int, row or ()))


@pytest.fixture
def host(stack: Stack, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Host]:
    host = Host(stack, tmp_path, request.node.name.removeprefix("test_")[:30])
    yield host
    for part in host.parts:
        if part.process is not None:
            part.running.stop()


def post(stack: Stack, rows: int) -> str:
    return stack.post_rows(rows, operation="process_video")


def test_chunk_waits_for_the_only_worker_and_is_done_when_its_gpu_is_back(stack: Stack, host: Host) -> None:
    """First of all, while no worker of another test is remembered."""
    part = host.live(0)
    host.break_device(0, "error")
    batch_id = post(stack, 3)
    assert part.running.wait(20) == 1
    wait_ill(stack, part.name)
    batch = stack.batch(batch_id)
    assert (batch["state"], batch["outcomes"]["pending"]) == ("waiting_for_worker", 3)
    host.repair(0)
    start_live(stack, part)
    assert stack.wait_finished(batch_id)["outcomes"]["ok"] == 3
    assert probe(["file", part.env["HEARTBEAT_FILE"]]) == 0
    assert host.counts(batch_id) == (1, 0, 0, 0, 1)


@pytest.mark.parametrize("fault", ["error_once", "out_of_memory"])
def test_worker_whose_gpu_fails_ends_and_another_does_its_work(stack: Stack, host: Host, fault: str) -> None:
    """Nothing is computed twice or counted against the record; the reason stands wherever an operator looks."""
    sick, well = host.live(0), host.live(1)
    batch_id = post(stack, 30)
    wait_until(lambda: worker_of(stack, sick.name)["busy"], 20, "the first worker at work")
    host.break_device(0, fault)
    assert sick.running.wait(20) == 1
    reason = wait_ill(stack, sick.name)["reason"]
    assert reason.startswith("CUDA")
    assert probe(["file", sick.env["HEARTBEAT_FILE"]]) == 1
    queue = gpu_queue(stack)
    assert (queue["slots"], queue["workers"], queue["unhealthy"] >= 1) == (1, 1, True)
    batch = stack.wait_finished(batch_id)
    assert batch["outcomes"] == {"ok": 30, "failed": 0, "refused": 0, "cancelled": 0, "pending": 0}
    assert [line["row"] for line in stack.results(batch_id)] == list(range(1, 31))
    assert host.counts(batch_id) == (1, 0, 0, 0, 1)
    assert well.running.is_running()


def test_worker_whose_gpu_is_gone_at_start_takes_nothing_however_often_it_starts(stack: Stack, host: Host) -> None:
    part = host.worker(0)
    host.break_device(0, "vanished")
    batch_id = post(stack, 2)
    for _ in range(3):
        part.start()
        assert part.running.wait(20) == 1
    seen = wait_ill(stack, part.name)
    assert (seen["reason"], seen["alive"]) == (VANISHED, False)
    assert f"this worker is unhealthy and ends: {VANISHED}" in part.running.output()
    assert "Traceback" not in part.running.output()
    assert host.counts(batch_id) == (0, 0, 0, 0, 0)
    host.live(1)
    assert stack.wait_finished(batch_id)["outcomes"]["ok"] == 2


def test_idle_worker_whose_gpu_vanishes_ends_before_it_takes_work(stack: Stack, host: Host) -> None:
    """The parent sees it with a heartbeat; no chunk is the canary."""
    part = host.live(0)
    host.break_device(0, "vanished")
    assert part.running.wait(20) == 1
    assert wait_ill(stack, part.name)["reason"] == VANISHED


def test_busy_worker_whose_gpu_vanishes_gives_its_chunk_back(stack: Stack, host: Host) -> None:
    part = host.live(0)
    batch_id = post(stack, 100)
    wait_until(lambda: stack.batch(batch_id)["outcomes"]["ok"], 20, "the first record to be done")
    host.break_device(0, "vanished")
    assert part.running.wait(30) == 1
    wait_ill(stack, part.name)
    attempts, failures, deaths, expired, _ = host.counts(batch_id)
    assert (attempts, failures, deaths, expired) == (1, 0, 0, 0)
    host.live(1)
    assert stack.wait_finished(batch_id)["outcomes"]["ok"] == 100
    assert host.counts(batch_id)[:4] == (1, 0, 0, 0)


def test_worker_whose_gpu_hangs_ends_with_its_child_and_another_does_its_work(stack: Stack, host: Host) -> None:
    """A call of CUDA that never returns raises nothing, and the lease would be renewed for ever."""
    part = host.live(0, HANG_SECONDS="3")
    host.break_device(0, "hang")
    batch_id = post(stack, 2)
    wait_until(lambda: worker_of(stack, part.name)["busy"], 20, "the worker at work")
    children = psutil.Process(part.running.pid).children(recursive=True)
    assert wait_ill(stack, part.name)["reason"] == "nothing has moved for 3 s: the device or a decoder hangs"
    assert probe(["file", part.env["HEARTBEAT_FILE"]]) == 1
    host.live(1)
    assert stack.wait_finished(batch_id)["outcomes"]["ok"] == 2
    assert host.counts(batch_id) == (1, 0, 0, 0, 1)
    assert part.running.wait(40) == 1
    psutil.wait_procs(children, 5)
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
