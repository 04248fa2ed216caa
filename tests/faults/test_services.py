"""The importer's own processes: killed while they take, ring, and repeat."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from tests.faults.conftest import Promise
from tests.support.servers.services import is_ready
from tests.support.stacks.faults import FaultStack
from tests.support.stacks.importer import Part
from tests.support.waiting import wait_until

HALF = b'{"id": 1, "payload": "x"}\n' * 500


def half_upload(stack: FaultStack) -> socket.socket:
    """A connection on which half a body was sent."""
    address = urlsplit(stack.client_url)
    connection = socket.create_connection((address.hostname or "", address.port or 0), timeout=20)
    head = (
        "POST /api/importer/batches HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
        f"Content-Length: {2 * len(HALF)}\r\n\r\n"
    )
    connection.sendall(head.encode() + HALF)
    return connection


def test_importer_is_killed_in_the_middle_of_an_upload(stack: FaultStack, promise: Promise) -> None:
    """F17: no half batch. A batch that was being written when its process died is not there either."""
    with half_upload(stack) as connection, promise.journal.feeding(8, rows=4000):
        for _ in range(3):
            wait_until(lambda: is_ready(stack.url), 20, "the importer")
            stack.parts["importer"].restart()
        connection.close()
    promise.holds()
    assert stack.query("SELECT id FROM importer.batch WHERE rows IS NULL OR rows = 0") == []


def test_answer_to_a_commit_is_lost(stack: FaultStack, promise: Promise) -> None:
    """F15: nobody can know whether the batch is there; the client's repeat under its key finds out."""
    stack.postgres_proxy.lose_answers_to = b"COMMIT\0"
    for _ in range(5):
        stack.postgres_proxy.losses = 1
        promise.journal.post(["x"] * 100)
    assert promise.journal.refusals == [503] * 5
    promise.holds()


def test_client_that_ends_in_the_middle_of_its_upload_leaves_nothing(stack: FaultStack, promise: Promise) -> None:
    """What a killed gateway looks like to the importer."""
    promise.journal.post(["x"] * 10)
    with half_upload(stack) as connection:
        connection.shutdown(socket.SHUT_WR)
        assert b"400" in connection.recv(4096).split(b"\r\n", 1)[0]
    promise.holds()


def test_dispatcher_is_killed_again_and_again(stack: FaultStack, promise: Promise) -> None:
    """F18: between a commit and the bell that it asks for."""
    with promise.journal.feeding(8):
        for _ in range(6):
            stack.parts["dispatcher"].restart()
            stack.wait_computing()
    promise.holds()


def test_two_dispatchers_ring_for_the_same_work(stack: FaultStack, promise: Promise) -> None:
    first = stack.parts["dispatcher"]
    second = Part("second", first.command, first.env, stack.folder / "dispatcher-2.log")
    second.start()
    try:
        with promise.journal.feeding(8):
            stack.wait_computing()
        promise.holds()
    finally:
        second.running.stop()
    ids = ",".join(f"'{batch_id}'" for batch_id in promise.journal.batches())
    assert stack.query(f"SELECT max(attempts) FROM importer.chunk WHERE batch_id IN ({ids})") == [(1,)]


def test_worker_api_is_killed_while_chunks_are_computed(stack: FaultStack, promise: Promise) -> None:
    """A report is repeated until the importer is back."""
    with promise.journal.feeding(8):
        for _ in range(3):
            stack.wait_computing()
            stack.parts["worker-api"].restart()
    promise.holds()


def test_one_post_sent_fifty_times_at_once_is_one_batch(stack: FaultStack, promise: Promise) -> None:
    """F22."""
    body = json.dumps({"records": [{"id": row, "payload": "x"} for row in range(50)]}).encode()

    def post(_: int) -> tuple[int, str, bool]:
        headers = {"Content_Type": "application/json", "Idempotency_Key": "fifty"}
        status, data = stack.call("POST", "/api/importer/batches", body, **headers)
        batch = json.loads(data)
        return status, batch["id"], batch["created"]

    with ThreadPoolExecutor(50) as clients:
        answers = list(clients.map(post, range(50)))
    assert {status for status, _, _ in answers} == {202}
    assert len({batch_id for _, batch_id, _ in answers}) == 1
    assert sum(created for _, _, created in answers) == 1
    stack.wait_finished(answers[0][1])
    assert len(stack.results(answers[0][1])) == 50
