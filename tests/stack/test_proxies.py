"""nginx where the network reaches: attacked from a second network by who has no token, while work goes on behind it."""

import hashlib
import json
import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import urllib3

from deploy import worker_hosts
from deploy.compose_secrets import FOLDER, HOSTS
from stackroom_kit.token_form import WORKER_TOKEN
from tests.stack.conftest import NAME
from tests.support.stacks.compose import PROJECT, Compose, docker, remote_worker
from tests.support.stacks.published import LONGEST, Published, all_at_once, attacking, port_of
from tests.support.waiting import wait_until

OUTSIDE = "stackroom-test-outside"
BEFORE_AN_ANSWER = ["silent", "handshake", "head", "body of a batch"]
BEFORE_ITS_TOKEN = ["silent", "handshake", "silent in tls", "head", "dripping head", "body"]


@pytest.fixture(scope="module")
def outside() -> Iterator[str]:
    """A network that is none of the stack's."""
    subprocess.run(["docker", "network", "rm", OUTSIDE], capture_output=True, check=False)
    docker("network", "create", OUTSIDE)
    yield OUTSIDE
    docker("network", "rm", OUTSIDE)


def assert_bounded(lived: dict[str, list[float | None]]) -> None:
    for kind, found in lived.items():
        assert found
        assert all(seconds is not None and seconds < LONGEST for seconds in found), (kind, found)
        print(f"{kind}: {len(found)} sockets lived {min(found)} to {max(found)} s")  # type: ignore[type-var]


@pytest.fixture
def gateway(published: dict[str, str]) -> Published:
    return Published(published, "GATEWAY_URL")


@pytest.fixture
def worker_api(published: dict[str, str]) -> Published:
    return Published(published, "WORKER_API_URL")


@pytest.fixture
def remote(published: dict[str, str]) -> Iterator[Compose]:
    with remote_worker(published) as worker:
        yield worker


def live(stack: Compose) -> int:
    workers = stack.call("GET", "/api/importer/workers").json()["items"]
    return sum(worker["alive"] and "cpu" in worker["queues"] for worker in workers)


def test_work_goes_on_while_the_worker_api_is_attacked_before_its_token(
    stack: Compose, worker_api: Published, remote: Compose, outside: str
) -> None:
    """Six kinds of unfinished sockets at once, 30 of each."""
    wait_until(lambda: live(stack) == 1, 60, "the remote worker alone")
    with all_at_once(outside, worker_api, BEFORE_ITS_TOKEN) as lived:
        for number in range(3):
            batch = stack.wait_finished(stack.post_rows(20_000, f"attacked-{number}"), 20)
            assert batch["outcomes"]["ok"] == 20_000
            assert live(stack) == 1
    assert_bounded(lived)


def test_gateway_answers_while_it_is_attacked(gateway: Published, outside: str) -> None:
    with all_at_once(outside, gateway, BEFORE_AN_ANSWER, 20) as lived:
        took = [answered(gateway) for _ in range(20)]
    assert statistics.median(took) < 0.5
    assert max(took) < 5
    assert_bounded(lived)


def answered(gateway: Published) -> float:
    """Seconds of a list."""
    begun = time.monotonic()
    assert gateway.call("GET", "/api/groups/").status == 200
    return time.monotonic() - begun


def test_redis_rings_while_handshakes_with_it_are_never_finished(published: dict[str, str], outside: str) -> None:
    bells = Published(published, "REDIS_URL")
    password = (FOLDER / "redis_password_worker").read_text()
    url = f"rediss://worker:{password}@{bells.address}:{bells.port}/0"
    client = redis.Redis.from_url(url, ssl_ca_certs=str(FOLDER / "tls_ca"), ssl_check_hostname=False)
    with all_at_once(outside, bells, ["silent", "handshake"]) as lived:
        assert client.ping()
    assert_bounded(lived)


def test_one_address_has_a_bound_on_its_connections_from_the_first_packet_on(gateway: Published, outside: str) -> None:
    """100, of which a few may be of the attack before."""
    with attacking(outside, gateway, "silent", 150) as lived:
        pass
    assert 95 <= sum(seconds is None or seconds >= 5 for seconds in lived) <= 100


@pytest.mark.parametrize("service", ["tls-proxy", "remote-worker-proxy"])
def test_proxy_runs_as_nobody_on_a_read_only_root_without_capabilities(published: dict[str, str], service: str) -> None:
    container = f"{PROJECT}-{service}-1"
    (found,) = json.loads(docker("inspect", container))
    assert (found["HostConfig"]["ReadonlyRootfs"], found["HostConfig"]["CapDrop"]) == (True, ["ALL"])
    assert docker("exec", container, "id", "-u").strip() == "10001"
    assert "CapEff:\t0000000000000000" in docker("exec", container, "cat", "/proc/1/status")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/internal/token", {}),
        ("/internal/claim", {"Authorization": "Basic eA=="}),
        ("/internal/claim", {"Authorization": "Bearer"}),
        ("/internal/claim", {"Authorization": "Bearer a b"}),
        ("/internal/claim", {"Authorization": "Bearer wrong"}),
        ("/internal/%74oken", {}),
        ("/health", {"Authorization": "Bearer wrong"}),
        ("/", {}),
    ],
)
def test_proxy_refuses_what_carries_no_token(worker_api: Published, path: str, headers: dict[str, str]) -> None:
    """A body is not waited for."""
    for method, body in (("GET", None), ("POST", b"x" * 300_000)):
        refused = worker_api.call(method, path, headers, body)
        assert (refused.status, refused.json()["code"]) == (403, "worker_token_needed")
        assert refused.headers["X-Request-ID"]


def test_proxy_lets_a_known_token_in_to_the_worker_api_alone(worker_api: Published) -> None:
    token = {"Authorization": f"Bearer {(FOLDER / 'worker_token').read_text().strip()}"}
    known = worker_api.call("GET", "/internal/token", {**token, "X-Request-ID": "tried-by-hand"})
    assert (known.status, known.headers["X-Request-ID"]) == (204, "tried-by-hand")
    assert worker_api.call("POST", "/internal/heartbeat", token, b"{").status == 400
    assert worker_api.call("GET", "/health", token).status == 403
    assert worker_api.call("GET", "/internal/../health", token).status == 403


@pytest.fixture
def made_token(stack: Compose) -> Iterator[str]:
    """Of an administrator, for a host of this test."""
    made = stack.call("POST", "/api/importer/worker-tokens", json={"name": "of-a-test"}).json()
    yield made["secret"]
    stack.call("DELETE", f"/api/importer/worker-tokens/{made['token']['id']}")


def test_proxy_lets_a_made_token_in_until_it_is_taken_back(
    stack: Compose, worker_api: Published, made_token: str
) -> None:

    def status(token: str) -> int:
        return worker_api.call("GET", "/internal/token", {"Authorization": f"Bearer {token}"}).status

    wait_until(lambda: status(made_token) == 204, 5, "the new token to be let in")
    assert status(WORKER_TOKEN.new_token()) == 403
    tokens = stack.call("GET", "/api/importer/worker-tokens").json()["items"]
    stack.call("DELETE", f"/api/importer/worker-tokens/{tokens[0]['id']}")
    wait_until(lambda: status(made_token) == 403, 3, "the token to be refused")


def restart_what_reads_secrets(stack: Compose) -> None:
    stack("restart", "redis", "importer-worker-api")
    docker("restart", f"{PROJECT}-remote-worker-proxy-1")


@pytest.fixture
def host(published: dict[str, str]) -> Iterator[Path]:
    """What a host with workers of its own was given."""
    shutil.rmtree(HOSTS / "of-a-test", ignore_errors=True)  # what an interrupted run left
    worker_hosts.add("of-a-test", NAME, port_of(published["REDIS_URL"]))
    yield HOSTS / "of-a-test"
    if (HOSTS / "of-a-test").exists():
        worker_hosts.remove("of-a-test")


def test_host_that_is_taken_back_reaches_neither_the_worker_api_nor_redis(
    stack: Compose, published: dict[str, str], worker_api: Published, host: Path
) -> None:
    """Both read their files when they start; the workers of all other hosts go on."""
    own, common = (f"Bearer {(folder / 'worker_token').read_text().strip()}" for folder in (host, FOLDER))
    url = (host / "broker_url_remote").read_text().partition("?")[0].replace(f"@{NAME}:", f"@{worker_api.address}:")
    bells = redis.Redis.from_url(url, ssl_ca_certs=str(FOLDER / "tls_ca"), ssl_check_hostname=False)

    def status(token: str) -> int:
        try:
            return worker_api.call("GET", "/internal/token", {"Authorization": token}).status
        except urllib3.exceptions.HTTPError:  # the proxy itself was restarted
            return 0

    def rings() -> bool | str:
        try:
            return bool(bells.ping())
        except redis.RedisError as error:
            return type(error).__name__

    restart_what_reads_secrets(stack)
    wait_until(lambda: (status(own), status(common), rings()) == (204, 204, True), 60, "a host that is let in")
    worker_hosts.remove("of-a-test")
    restart_what_reads_secrets(stack)
    refused = (403, 204, "AuthenticationError")
    wait_until(lambda: (status(own), status(common), rings()) == refused, 60, "a host that is kept out")


def test_gateway_behind_the_proxy_knows_its_host_and_its_own_pages(gateway: Published) -> None:
    own = {"Content-Type": "application/json", "Origin": f"https://{NAME}:{gateway.port}"}
    group = b'{"id": 4711, "name": "text"}'
    made = gateway.call("POST", "/api/groups/", own, group)
    assert (made.status, made.headers["Location"]) == (201, "/api/groups/4711")
    assert gateway.call("DELETE", "/api/groups/4711", own).status == 200
    assert gateway.call("POST", "/api/groups/", {**own, "Origin": "https://evil.example"}, group).status == 403
    assert gateway.call("GET", "/api/groups/", {"Host": "evil.example"}).status == 421
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil", "X-Request-ID": "of-mine"}
    page = gateway.call("GET", "/groups", {**forged, "Accept": "text/html"})
    assert (page.status, b"evil" in page.data, page.headers["X-Request-ID"]) == (200, False, "of-mine")
    assert gateway.call("GET", "/api/groups/").headers["X-Request-ID"]


def test_large_upload_goes_through_the_proxy_whole(gateway: Published) -> None:
    film = os.urandom(64) + bytes(80_000_000)
    sent = gateway.call("POST", "/api/importer/media", {"Content-Type": "video/mp4"}, film)
    assert sent.status == 201, sent.data
    name = sent.json()["name"]
    assert hashlib.sha256(film).hexdigest() in name
    part = gateway.call("GET", f"/api/importer/media/{name}", {"Range": "bytes=0-63"})
    assert (part.status, part.data) == (206, film[:64])
    assert gateway.call("DELETE", f"/api/importer/media/{name}").status in (200, 204)


def test_events_are_not_held_back_by_the_proxy(stack: Compose, gateway: Published) -> None:
    """Without workers the batch waits, so nothing more comes than what is there at once."""
    batch_id = stack.post_rows(10, "watched-through-the-proxy")
    begun = time.monotonic()
    events = gateway.call("GET", f"/api/importer/batches/{batch_id}/events", preload_content=False)
    first = events.read(10)
    assert (events.status, first[:6], time.monotonic() - begun < 3) == (200, b"retry:", True)
    events.close()
    assert stack.call("POST", f"/api/importer/batches/{batch_id}/cancel", data=b"").status_code == 200
