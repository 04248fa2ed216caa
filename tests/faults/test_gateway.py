"""The gateway: killed in the middle of uploads, and held by clients that never finish."""

import contextlib
import hashlib
import threading
import urllib.request
from collections.abc import Iterator

import pytest

from tests.faults.conftest import Promise
from tests.faults.test_services import half_upload
from tests.support.gateway.slow_clients import BODY, HEAD, slow_clients
from tests.support.latency import latency_of
from tests.support.servers.services import is_ready
from tests.support.stacks.faults import FaultStack
from tests.support.threads import in_background
from tests.support.waiting import wait_until

SLOW_CLIENTS = 200
SLOW_ANSWER = 0.5  # seconds, the 99th percentile that everybody else may see
SAMPLES = 100
TRICKLE = 0.2  # seconds between two bytes of a slow client
READERS = 16
READ_BYTES = 12 * 1024  # per TRICKLE: 60 KiB/s
ROWS = 200_000  # whose results are more than the kernel's buffers hold


@pytest.fixture(scope="module")
def gateway(running: FaultStack) -> Iterator[str]:
    """Its address; every client of the module goes through it."""
    with running.through_a_gateway() as url:
        yield url


def test_gateway_is_killed_in_the_middle_of_uploads(stack: FaultStack, promise: Promise, gateway: str) -> None:
    """F17: what the importer has not answered for is not there; what it has is there once."""
    with half_upload(stack) as connection, promise.journal.feeding(8, rows=4000):
        for _ in range(4):
            wait_until(lambda: is_ready(gateway, "/api/health"), 20, "the gateway")
            stack.wait_computing()
            stack.parts["gateway"].restart()
        connection.close()
    wait_until(lambda: is_ready(gateway, "/api/health"), 20, "the gateway")
    promise.holds()
    assert stack.query("SELECT id FROM importer.batch WHERE rows IS NULL OR rows = 0") == []


def test_clients_that_never_finish_keep_nobody_waiting(stack: FaultStack, promise: Promise, gateway: str) -> None:
    """F26: slowloris, half of the connections in their headers, half in their bodies."""
    batch_id = promise.journal.post(["x"] * 100)
    promise.holds()
    heads, bodies = (slow_clients(gateway, where, SLOW_CLIENTS // 2, TRICKLE) for where in (HEAD, BODY))
    with heads, bodies, latency_of(lambda: stack.batch(batch_id)) as latency:
        wait_until(lambda: len(latency.seconds) >= SAMPLES, 60, "enough answers")
    assert latency.percentile(99) < SLOW_ANSWER


def test_slow_readers_hold_no_thread_of_the_importer(stack: FaultStack, gateway: str) -> None:
    """More of them than it has threads; when they read on they get what everybody gets."""
    batch_id = stack.post_rows(ROWS)
    wait_until(lambda: stack.batch(batch_id)["state"] == "done", 90, "the batch")
    target = f"/api/importer/batches/{batch_id}/results"
    with urllib.request.urlopen(gateway + target) as whole:
        expected = hashlib.sha256(whole.read()).digest()
    with slow_readers(gateway, target) as digests, latency_of(lambda: stack.batch(batch_id)) as latency:
        wait_until(lambda: len(latency.seconds) >= SAMPLES, 30, "enough answers")
    assert latency.percentile(50) < SLOW_ANSWER
    assert digests == [expected] * READERS


@contextlib.contextmanager
def slow_readers(url: str, target: str) -> Iterator[list[bytes]]:
    """They take 60 KiB a second until the end of the block, then all the rest. Gives the digests of what they got."""
    digests: list[bytes] = []
    is_over = threading.Event()

    def read() -> None:
        digest = hashlib.sha256()
        with urllib.request.urlopen(url + target, timeout=30) as answer:
            while not is_over.wait(TRICKLE):
                digest.update(answer.read(READ_BYTES))
            while block := answer.read(1024 * 1024):
                digest.update(block)
        digests.append(digest.digest())

    with in_background(read, is_over, READERS):
        yield digests
