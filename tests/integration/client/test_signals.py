"""The command ``stackroom`` when it is interrupted: silent, with the exit code that shells know, and nothing left."""

import json
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.client.interrupted import interrupted
from tests.support.gateway.scripted_upstream import Received, ScriptedUpstream, reply
from tests.support.waiting import wait_until

OUTCOMES = {"ok": 1, "failed": 0, "refused": 0, "cancelled": 0, "pending": 0}
DONE = {"id": "b", "operation": "o", "queue": "cpu", "state": "done", "rows": 1, "outcomes": OUTCOMES}
# Seconds from the first line: while modules are imported, words parsed, the call made, its answer awaited.
MOMENTS = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.13, 0.16, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7)


def silence(_request: Received, client: socket.socket) -> None:
    """No answer, but a connection that stays."""
    client.recv(1)


def endless_results(request: Received, client: socket.socket) -> None:
    """The batch is done, and its results never end."""
    if not request.target.partition("?")[0].endswith("/results"):
        return reply(body=json.dumps(DONE).encode())(request, client)
    client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n")
    client.recv(1)
    return None


@pytest.fixture
def server() -> Iterator[ScriptedUpstream]:
    server = ScriptedUpstream()
    yield server
    server.close()


@pytest.mark.parametrize("moment", MOMENTS)
def test_interrupt_at_any_moment_ends_with_130_and_silence(
    server: ScriptedUpstream, tmp_path: Path, moment: float
) -> None:
    server.script = silence
    words = ["--url", server.url, "batches"]
    ended = interrupted(words, signal.SIGINT, lambda: threading.Event().wait(moment), tmp_path)
    assert ended == (130, b"", b"")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signal_leaves_no_part_of_a_file_that_was_fetched(
    server: ScriptedUpstream, tmp_path: Path, number: int, code: int
) -> None:
    server.script = endless_results
    words = ["--url", server.url, "results", "b", "-o", "all.ndjson"]
    part = ".all.ndjson.*.part"
    ended = interrupted(words, number, lambda: wait_until(lambda: list(tmp_path.glob(part)), 20), tmp_path)
    assert ended == (code, b"", b"")
    assert {path.name for path in tmp_path.iterdir()} == {"out", "err"}


def test_signal_that_a_parent_has_ignored_stays_ignored(server: ScriptedUpstream, tmp_path: Path) -> None:
    """As nohup and scripts with jobs in their background mean it."""
    server.script = silence
    words = ["--url", server.url, "--patience", "0", "batches"]
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        ended = interrupted(
            words, signal.SIGHUP, lambda: wait_until(lambda: server.received, 20), tmp_path, server.hang_up
        )
    finally:
        signal.signal(signal.SIGHUP, before)
    assert ended.code == 3
