"""A file that can be asked for from any byte on is fetched as its reader takes it; nothing waits for the reader."""

import socket
from collections.abc import Iterator

import pytest

from tests.support.gateway.process import running_gateway
from tests.support.gateway.raw_http import RawConnection, exchange, request_bytes
from tests.support.gateway.scripted_upstream import Received, ScriptedUpstream, reply
from tests.support.waiting import wait_until

FILM = bytes(range(251)) * 240_000
LAST = len(FILM) - 1
MEDIA = "/api/importer/media"
TARGET = f"{MEDIA}/uploads/a.mp4"


@pytest.fixture(scope="module")
def gateway(listening: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """With one connection to the service, which each test gives back."""
    env = {"MEDIA_URL": listening.url, "UPSTREAM_CONNECTIONS": "1", "WEB_PROCESSES": "1"}
    with running_gateway(tmp_path_factory.mktemp("gateway"), listening.url, listening.url, env) as (url, _):
        yield url


def film(request: Received, client: socket.socket, etag: str = '"e"') -> None:
    """As importer-media gives it."""
    wanted = request.headers.get("range", "")
    is_part = bool(wanted) and request.headers.get("if-range", etag) == etag
    first, _, last = wanted.removeprefix("bytes=").partition("-") if is_part else ("0", "-", "")
    start, end = int(first), int(last or LAST)
    part = {"Content_Range": f"bytes {start}-{end}/{len(FILM)}"} if is_part else {}
    status = "206 Partial Content" if is_part else "200 OK"
    reply(status, FILM[start : end + 1], Accept_Ranges="bytes", ETag=etag, **part)(request, client)


def begin(connection: RawConnection, **headers: str) -> None:
    connection.send(request_bytes(connection.netloc, "GET", TARGET, headers))


def wait_for_the_connection(url: str, upstream: ScriptedUpstream) -> None:
    """Until the service can be asked for something else."""
    script, upstream.script = upstream.script, reply()
    wait_until(lambda: exchange(url, "GET", MEDIA).status == 200, 20, "a connection to the service")
    upstream.script = script


@pytest.mark.parametrize(
    ("headers", "status", "first"),
    [({}, 200, 0), ({"Range": "bytes=1000-"}, 206, 1000), ({"Range": "bytes=1000-", "If-Range": '"old"'}, 200, 0)],
)
def test_slow_reader_of_a_film_holds_no_connection_and_gets_it_whole(
    gateway: str, upstream: ScriptedUpstream, headers: dict[str, str], status: int, first: int
) -> None:
    upstream.script = film
    with RawConnection(gateway) as connection:
        begin(connection, **headers)
        wait_until(lambda: upstream.received, 10, "the service to be asked")
        wait_for_the_connection(gateway, upstream)
        answer = connection.answer()
    assert answer is not None
    assert (answer.status, answer.whole) == (status, True)
    assert answer.body == FILM[first:]
    again = [one.headers for one in upstream.received if one.target == TARGET][1:]
    starts = [int(one["range"].removeprefix("bytes=").partition("-")[0]) for one in again]
    assert again
    assert starts == sorted(starts)
    assert {(one["range"].rpartition("-")[2], one["if-range"]) for one in again} == {(str(LAST), '"e"')}


def test_film_that_changes_while_it_is_read_breaks_off(gateway: str, upstream: ScriptedUpstream) -> None:
    upstream.script = film
    with RawConnection(gateway) as connection:
        begin(connection)
        wait_until(lambda: upstream.received, 10, "the service to be asked")
        wait_for_the_connection(gateway, upstream)
        upstream.script = lambda request, client: film(request, client, '"other"')
        assert connection.ends_in_a_reset()
    wait_for_the_connection(gateway, upstream)


def test_film_whose_service_is_gone_breaks_off(gateway: str, upstream: ScriptedUpstream) -> None:
    upstream.script = film
    with RawConnection(gateway) as connection:
        begin(connection)
        wait_until(lambda: upstream.received, 10, "the service to be asked")
        wait_for_the_connection(gateway, upstream)
        upstream.script = lambda _request, client: client.shutdown(socket.SHUT_RDWR)
        assert connection.ends_in_a_reset()
    wait_for_the_connection(gateway, upstream)
