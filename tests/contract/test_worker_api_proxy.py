"""Real nginx before the real worker API: what has no token costs nothing behind it, and a made one goes through."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
import requests

from importer.worker_api.known_tokens import LOOK_SECONDS
from stackroom_kit.settings import Secret
from stackroom_kit.token_form import API_TOKEN, WORKER_TOKEN
from tests.support.servers.worker_proxy import running_worker_proxy
from tests.support.waiting import wait_until
from tests.support.workers import calls
from tests.support.workers.calls import TOKEN, TOKENS, Importer

GUESSES = 200  # five times as many as one address may ask for at once


@pytest.fixture(scope="module")
def proxy(running: Importer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_worker_proxy(tmp_path_factory.mktemp("p"), running.url, TOKEN.reveal()) as url:
        yield url


def asked(
    proxy: str, token: str, method: str = "GET", path: str = "/internal/token", body: bytes = b""
) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}", "Stackroom-Contract": "4"}
    return requests.request(method, proxy + path, headers=headers, data=body, timeout=10)


@pytest.mark.parametrize(
    "token",
    ["", "wrong", "srw1_x", TOKEN.reveal()[:-1], API_TOKEN.new_token(), f"{WORKER_TOKEN.new_token()}0"],
    ids=["none", "a word", "half", "cut off", "an API token", "a letter more"],
)
def test_what_can_be_no_token_is_refused_by_nginx(proxy: str, token: str) -> None:
    answer = asked(proxy, token, "POST", "/internal/heartbeat", b"x" * 100_000)
    assert (answer.status_code, answer.json()["code"]) == (403, "worker_token_needed")
    assert answer.headers["Server"].startswith("nginx")


@pytest.mark.parametrize("path", ["/health", "/token-is-known", "/"])
def test_nothing_but_the_calls_of_workers_goes_through(importer: Importer, proxy: str, path: str) -> None:
    _, token = importer.make_token()
    for one in (TOKEN, token):
        assert asked(proxy, one.reveal(), path=path).json()["code"] == "worker_token_needed"


@pytest.mark.parametrize("is_made", [False, True])
def test_token_of_the_setting_and_a_made_one_work(importer: Importer, proxy: str, is_made: bool) -> None:
    token = (importer.make_token()[1] if is_made else TOKEN).reveal()
    body = msgspec.json.encode(calls.asked("t1"))
    importer.worker(Secret(token))
    importer.post()
    assert asked(proxy, token).status_code == 204
    assert asked(proxy, token, "POST", "/internal/claim", body).json()["operation"] == "normalize_record"
    wrong = asked(proxy, token, "POST", "/internal/heartbeat", b"{")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "wrong_message")


def test_token_that_is_taken_back_is_refused_whatever_nginx_remembers(importer: Importer, proxy: str) -> None:
    token_id, token = importer.make_token()
    assert asked(proxy, token.reveal()).status_code == 204
    importer.client.delete(f"{TOKENS}/{token_id}")
    wait_until(lambda: asked(proxy, token.reveal()).status_code == 403, LOOK_SECONDS + 0.5, "the token to be refused")


def test_guesses_are_bounded_and_who_is_known_goes_on(importer: Importer, proxy: str) -> None:
    _, token = importer.make_token()
    assert asked(proxy, token.reveal()).status_code == 204
    with ThreadPoolExecutor(8) as guessers:  # so that they come faster than they may
        answers = list(guessers.map(lambda _: asked(proxy, WORKER_TOKEN.new_token(), "POST"), range(GUESSES)))
    codes = {(one.status_code, one.json()["code"], one.headers.get("Retry-After")) for one in answers}
    assert codes == {(403, "worker_token_needed", None), (503, "unavailable", "1")}
    assert asked(proxy, token.reveal()).status_code == 204
    assert asked(proxy, TOKEN.reveal()).status_code == 204
