"""The command ``stackroom`` while the server is in trouble: each answer, or the lack of one, is the test's own."""

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local.ports import LOOPBACK, free_port
from stackroom_client import follow
from tests.support.client.command import ndjson, stackroom, started
from tests.support.gateway.process import running_gateway
from tests.support.gateway.scripted_upstream import Received, Script, ScriptedUpstream, reply
from tests.support.servers.services import running_service
from tests.support.servers.tcp_proxy import TCPProxy
from tests.support.waiting import wait_until

OUTCOMES = {"ok": 1, "failed": 0, "refused": 0, "cancelled": 0, "pending": 0}
DONE = {"id": "b", "operation": "o", "queue": "cpu", "state": "done", "rows": 1, "outcomes": OUTCOMES}
RUNNING = {**DONE, "state": "running", "outcomes": {**OUTCOMES, "ok": 0, "pending": 1}}
IMPORT = ("import", "-", "--format", "ndjson")


def problem(status: int, code: str, **headers: str) -> Script:
    body = json.dumps({"detail": "Not now.", "code": code, "errors": []}).encode()
    return reply(f"{status} TransientError", body, Content_Type="application/problem+json", **headers)


def batch(value: dict[str, Any]) -> Script:
    return reply(body=json.dumps(value).encode())


def hang_up(_request: Received, client: socket.socket) -> None:
    client.shutdown(socket.SHUT_RDWR)


def in_turn(*scripts: Script) -> Script:
    """One script for each request, the last one for all that follow."""
    left = list(scripts)

    def answer(request: Received, client: socket.socket) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(request, client)

    return answer


def by_path(**scripts: Script) -> Script:
    """``events``, ``results`` or ``batch`` by the end of the path."""

    def answer(request: Received, client: socket.socket) -> None:
        name = request.target.partition("?")[0].rpartition("/")[2]
        scripts.get(name, scripts["batch"])(request, client)

    return answer


@pytest.fixture
def server() -> Iterator[ScriptedUpstream]:
    server = ScriptedUpstream()
    yield server
    server.close()


@pytest.mark.parametrize(
    "trouble",
    [
        hang_up,
        problem(429, "source_has_too_much_open", Retry_After="0"),
        problem(503, "too_much_open", Retry_After="0"),
        problem(502, "upstream_unreachable", Retry_After="0"),
        problem(504, "upstream_timeout", Retry_After="Thu, 01 Jan 2026 00:00:00 GMT"),
        problem(400, "incomplete_body", Retry_After="0"),
        reply("502 Bad Gateway", b"<h1>nginx</h1>", Content_Type="text/html", Retry_After="0"),
    ],
)
def test_trouble_that_passes_is_borne_under_one_key_with_the_whole_file(
    server: ScriptedUpstream, trouble: Script
) -> None:
    server.script = in_turn(trouble, trouble, batch(DONE))
    sent = ndjson(10_000)
    done = stackroom(server.url, *IMPORT, stdin=sent)
    assert (done.code, done.out, done.err.count("trying again in")) == (0, "b\n", 2)
    assert [request.body for request in server.received] == [sent] * 3
    assert len({request.headers["idempotency-key"] for request in server.received}) == 1


def test_wait_longer_than_patience_ends_at_once_with_3_and_the_key(server: ScriptedUpstream) -> None:
    server.script = problem(503, "disk_low", Retry_After="3600")
    done = stackroom(server.url, *IMPORT, "--patience", "30", stdin=ndjson(1))
    assert (done.code, done.out) == (3, "")
    assert "it asks to wait 3600 s, longer than --patience 30 leaves" in done.err
    assert f"repeat with --key {server.received[0].headers['idempotency-key']}" in done.err


@pytest.mark.parametrize("url", ["http://{nobody}", "http://nobody.invalid"])
def test_server_that_is_not_there_ends_with_3(url: str) -> None:
    done = stackroom(url.format(nobody=f"{LOOPBACK}:{free_port()}"), "batches", "--patience", "0")
    assert (done.code, done.out) == (3, "")
    assert "given up after 0 s" in done.err


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (reply("500 Oops", b"{}", X_Request_ID="abc"), 3, "request id: abc"),
        (reply("200 OK", b"<html>", Content_Type="text/html"), 2, "is that a Stackroom server?"),
        (reply("200 OK", b"[]"), 2, "is that a Stackroom server?"),
        (reply("301 Moved", b"", Location="https://elsewhere/"), 2, "give the server's own address"),
        (reply("403 No", b"not you \x1b[2J", Content_Type="text/plain"), 5, "(403)"),
        (reply("404 No", b'{"detail": ["\\u001b"], "errors": [1, {"pointer": "/a"}]}'), 2, "/a"),
    ],
)
def test_answer_that_is_none_is_told_as_such(server: ScriptedUpstream, answer: Script, code: int, said: str) -> None:
    server.script = answer
    done = stackroom(server.url, "show", "b")
    assert (done.code, done.out, len(server.received)) == (code, "", 1)
    assert said in done.err
    assert "\x1b" not in done.err


def test_download_that_is_cut_leaves_the_file_as_it_was(server: ScriptedUpstream, tmp_path: Path) -> None:
    def cut(_request: Received, client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n")
        client.shutdown(socket.SHUT_RDWR)

    server.script = by_path(batch=batch(DONE), results=cut)
    file = tmp_path / "out.ndjson"
    file.write_bytes(b"before")
    done = stackroom(server.url, "results", "b", "-o", str(file))
    assert done.code == 3
    assert file.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [file]


def event_stream(*values: dict[str, Any], ends: bool) -> Script:
    """Events of a batch; without an end the connection breaks off."""
    events = b"".join(b"event: batch\ndata: " + json.dumps(value).encode() + b"\n\n" for value in values)
    tail = b"0\r\n\r\n" if ends else b"5\r\nevent"

    def answer(_request: Received, client: socket.socket) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        client.sendall(head + b"%x\r\n%b\r\n" % (len(events), events) + tail)
        if not ends:
            client.shutdown(socket.SHUT_RDWR)

    return answer


@pytest.mark.parametrize(
    "stream",
    [
        event_stream(RUNNING, ends=False),
        event_stream(RUNNING, ends=True),
        event_stream({"error": "odd"}, ends=False),
        problem(503, "too_many_streams"),
        reply("404 Not Found", b"an old proxy"),
        hang_up,
    ],
)
def test_watch_asks_plainly_while_the_stream_cannot_be_had(
    server: ScriptedUpstream, stream: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "LOOK_SECONDS", 0)
    server.script = by_path(events=stream, batch=in_turn(batch(RUNNING), batch(RUNNING), batch(DONE)))
    done = stackroom(server.url, "watch", "b")
    assert (done.code, "batch b: o, 1 row, done" in done.out) == (0, True)
    assert sum(request.target.endswith("/events") for request in server.received) == 1


def test_watch_believes_the_stream_without_asking_again(server: ScriptedUpstream) -> None:
    server.script = by_path(events=event_stream(RUNNING, DONE, ends=True), batch=batch(RUNNING))
    assert stackroom(server.url, "watch", "b").code == 0
    assert [request.target.rpartition("/")[2] for request in server.received] == ["b", "events"]


def test_watch_ends_with_3_when_the_importer_stays_away(server: ScriptedUpstream) -> None:
    def away(_request: Received, client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        client.sendall(b'event: problem\ndata: {"code": "upstream_unreachable", "status": 502}\n\n')

    server.script = by_path(events=away, batch=batch(RUNNING))
    done = stackroom(server.url, "watch", "b", "--patience", "0")
    assert done.code == 3
    assert "stackroom watch b" in done.err


def test_gateway_killed_in_the_middle_of_an_upload_costs_nothing(
    make_migrated: Callable[[], str], make_redis: Callable[[], str], tmp_path: Path
) -> None:
    database, broker, port = make_migrated(), make_redis(), free_port()
    file = tmp_path / "records.ndjson"
    file.write_bytes(ndjson(200_000))
    settings = {"SQLALCHEMY_DATABASE_URI": database, "CELERY_BROKER_URL": broker}
    with running_service("importer.wsgi:app", tmp_path, settings, ready_path="/health") as (importer, _):
        with running_gateway(tmp_path, importer, importer, {}, port) as (url, gateway):
            proxy = TCPProxy(port)
            proxy.uploaded = lambda total: gateway.kill() if total > 2_000_000 and gateway.is_running() else None
            command = started(proxy.url, tmp_path / "log", "import", str(file))
            wait_until(lambda: not gateway.is_running(), 20, "the end of the gateway")
            wait_until(lambda: "trying again" in command.output(), 20, command.output())
        with running_gateway(tmp_path, importer, importer, {}, port):
            assert command.wait(30) == 0, command.output()
            listed = json.loads(stackroom(url, "batches", "--json").out)
    proxy.end()
    assert [one["rows"] for one in listed] == [200_000]
    assert listed[0]["id"] in command.output()
