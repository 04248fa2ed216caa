"""Disks that are full: of PostgreSQL, of Redis, of the importer itself."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from importer.parsing.spool import BLOCK_BYTES
from stackroom_kit.disk_room import IN_MEMORY_BYTES
from tests.faults.conftest import Promise
from tests.support.servers.small_disk import SmallDisk, mounted
from tests.support.stacks.faults import CONVERGE, FaultStack
from tests.support.waiting import wait_until

BACK = 30.0  # seconds after there is room again within which everything works by itself
BATCHES = "/api/importer/batches"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("full")


@pytest.fixture(scope="module")
def redis_disk(folder: Path) -> Iterator[SmallDisk]:
    with mounted(folder / "redis", 6) as disk:
        yield disk


@pytest.fixture(scope="module")
def postgres_disk(folder: Path) -> Iterator[SmallDisk]:
    with mounted(folder / "postgres" / "data", 96) as disk:
        yield disk


@pytest.fixture(scope="module")
def log_disk(folder: Path) -> Iterator[SmallDisk]:
    with mounted(folder / "log", 64) as disk:
        yield disk


@pytest.fixture(scope="module")
def running(folder: Path, redis_disk: SmallDisk, postgres_disk: SmallDisk, log_disk: SmallDisk) -> Iterator[FaultStack]:
    stack = FaultStack(folder, append_only=True)
    move_log(stack.postgres.data, log_disk.folder)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def move_log(data: Path, disk: Path) -> None:
    """PostgreSQL that cannot write its log ahead ends itself; one that cannot write its tables goes on."""
    subprocess.run(["mv", str(data / "pg_wal"), str(disk)], check=True)
    (data / "pg_wal").symlink_to(disk / "pg_wal")


def rows(count: int, length: int) -> bytes:
    return b"".join(json.dumps({"id": row, "payload": f"{row}" * length}).encode() + b"\n" for row in range(count))


def test_disk_of_postgresql_is_full(stack: FaultStack, promise: Promise, postgres_disk: SmallDisk) -> None:
    """F16: what is there can be read, a post is refused with a reason, and nothing half-written is left."""
    before = promise.journal.post(["x"] * 1000)
    promise.journal.wait_finished(CONVERGE)
    known = [batch["id"] for batch in stack.all_batches()]
    body = rows(20_000, 100)
    headers = {"Content_Type": "application/x-ndjson", "Idempotency_Key": "full"}
    with postgres_disk.full():
        status, data = stack.call("POST", BATCHES, body, **headers)
        assert (status, json.loads(data)["code"]) == (503, "database_full")
        assert stack.batch(before)["state"] == "done"
        assert len(stack.results(before)) == 1000
        assert [batch["id"] for batch in stack.all_batches()] == known

    def is_taken() -> bool:
        return stack.call("POST", BATCHES, body, **headers)[0] == 202

    wait_until(is_taken, BACK, "a post to be taken again")
    (new,) = {batch["id"] for batch in stack.all_batches()} - set(known)
    assert stack.wait_finished(new, BACK)["outcomes"]["ok"] == 20_000
    stack.call("DELETE", f"{BATCHES}/{new}")


def test_log_of_postgresql_has_no_room(stack: FaultStack, promise: Promise, log_disk: SmallDisk) -> None:
    """F16, worse: it ends itself, and comes back when a supervisor starts it on a disk with room."""
    promise.journal.post(["x"] * 1000)
    promise.journal.wait_finished(CONVERGE)
    known = [batch["id"] for batch in stack.all_batches()]
    with log_disk.full():
        answers = [stack.answer("POST", BATCHES, rows(20_000, 100), Content_Type="application/x-ndjson")]
        wait_until(lambda: not stack.postgres.is_ready(), BACK, "PostgreSQL to end itself")
        answers.append(stack.answer("POST", BATCHES, rows(10, 1), Content_Type="application/x-ndjson"))
        assert [(answer.status, answer.json()["code"]) for answer in answers] == [(503, "database_unavailable")] * 2
    started = time.monotonic()
    stack.start_missing()
    wait_until(stack.postgres.is_ready, BACK, "PostgreSQL")
    stack.wait_ready()
    assert time.monotonic() - started < BACK
    assert [batch["id"] for batch in stack.all_batches()] == known
    promise.journal.post(["y"] * 1000)
    promise.holds()


def test_disk_of_redis_is_full(stack: FaultStack, promise: Promise, redis_disk: SmallDisk) -> None:
    """F13: it refuses every bell, and posts are taken all the same.

    Celery ends a worker whose BRPOP is refused, when it has done what it has at hand; a supervisor starts it again.
    """
    client = stack.redis_client()
    with redis_disk.full():
        with promise.journal.feeding(4):
            wait_until(lambda: "errorstat_MISCONF" in client.info("errorstats"), 20, "a bell to be refused")
        assert promise.journal.refusals == []
    client.close()
    for worker in stack.workers:
        worker.restart()
    promise.holds(BACK)


def test_temporary_folder_of_the_importer_is_full(stack: FaultStack, promise: Promise, tmp_path: Path) -> None:
    """Where the check of free space looked away, the disk itself says no: the same answer, and nothing is left."""
    with (
        mounted(tmp_path / "spool", 4) as spool,
        stack.changed("importer", TMPDIR=str(spool.folder), MIN_FREE_BYTES="0"),
    ):
        before = promise.journal.post(["x"] * 10)
        body = rows(2900, 100)  # a little more than is held in memory, so that it is read to its end
        assert IN_MEMORY_BYTES < len(body) < IN_MEMORY_BYTES + BLOCK_BYTES
        with spool.full():
            status, data = stack.call("POST", BATCHES, body, Content_Type="application/x-ndjson")
            assert (status, json.loads(data)["code"]) == (503, "disk_low")
            assert stack.batch(before)["rows"] == 10
        promise.journal.post(["y"] * 10)
    promise.holds()
