"""Whoever sends or reads slowly does so as what he is now, not as what he was when he began."""

import json
from contextlib import closing

import pytest
import requests
from requests.exceptions import RequestException

from tests.support.gateway.media import MEBIBYTE, PNG
from tests.support.gateway.raw_http import RawConnection
from tests.support.stacks.guarded import GuardedStack
from tests.support.waiting import wait_until

ME, MEDIA, TOKENS = "/api/identity/me", "/api/importer/media", "/api/identity/tokens"
GROUP = json.dumps({"id": 901, "name": "slow"}).encode()
BATCH = json.dumps({"records": [{"id": 1, "payload": "slow"}]}).encode()
CALLS = {
    "a row": ("/api/groups/", "application/json", GROUP),
    "rows": ("/api/groups/bulk", "application/json", b'{"items": [' + GROUP + b"]}"),
    "a long body": ("/api/groups/bulk", "application/json", b'{"items": [' + b" " * MEBIBYTE + GROUP + b"]}"),
    "a batch": ("/api/importer/batches", "application/json", BATCH),
    "a file": (MEDIA, "image/png", PNG + bytes(MEBIBYTE)),
}


class Slow:
    """Somebody with a token, or with a session, that is taken back while he is busy."""

    def __init__(self, stack: GuardedStack, how: str) -> None:
        self._stack, self._session = stack, stack.sign_in("editor")
        wanted = {"name": "slow", "scopes": ["reader", "operator", "editor"]}
        self._token = self._session.post(stack.url + TOKENS, json=wanted, timeout=20).json()
        cookie = {"Cookie": f"stackroom={self._session.cookies['stackroom']}"}
        self.headers = cookie if how == "session" else {"Authorization": f"Bearer {self._token['secret']}"}
        self._taken_back = "/api/identity/session" if how == "session" else f"{TOKENS}/{self._token['token']['id']}"

    def is_known(self) -> bool:
        return requests.get(self._stack.url + ME, headers=self.headers, timeout=20).status_code == 200

    def take_back(self) -> None:
        """And wait until the gateway has heard of it."""
        assert self.is_known()
        assert self._session.delete(self._stack.url + self._taken_back, timeout=20).status_code == 200
        wait_until(lambda: not self.is_known())


@pytest.mark.parametrize(("how", "code"), [("token", "token_revoked"), ("session", "sign_in_needed")])
@pytest.mark.parametrize("what", CALLS)
def test_body_that_comes_slowly_is_for_nothing_once_its_sender_may_not(
    stack: GuardedStack, what: str, how: str, code: str
) -> None:
    path, kind, body = CALLS[what]
    sender = Slow(stack, how)
    before = state_of(stack)
    with RawConnection(stack.url) as connection:
        told = {"Host": connection.netloc, "Content-Type": kind, "Content-Length": str(len(body)), **sender.headers}
        head = "\r\n".join([f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items()), "", ""])
        connection.send(head.encode() + body[:-10])
        sender.take_back()
        connection.send(body[-10:])
        answer = connection.answer()
    assert answer is not None
    assert (answer.status, answer.problem()["code"]) == (401, code)
    assert state_of(stack) == before


def state_of(stack: GuardedStack) -> list[object]:
    admin = stack.sign_in("admin")
    paths = ("/api/groups/?limit=1000", "/api/importer/batches?limit=100", MEDIA)
    return [admin.get(stack.url + path, timeout=20).json()["items"] for path in paths]


def test_film_is_read_no_further_than_its_reader_may(stack: GuardedStack) -> None:
    size = 64 * MEBIBYTE
    sent = stack.sign_in("editor").post(
        stack.url + MEDIA, data=PNG + bytes(size), headers={"Content-Type": "image/png"}, timeout=60
    )
    assert sent.status_code == 201, sent.text
    reader = Slow(stack, "token")
    address = f"{stack.url}{MEDIA}/{sent.json()['name']}"
    with closing(requests.get(address, headers=reader.headers, stream=True, timeout=20)) as film:
        assert film.status_code == 200
        blocks = [film.raw.read(MEBIBYTE)]
        reader.take_back()
        with pytest.raises(RequestException):
            blocks.extend(film.iter_content(MEBIBYTE))
    assert sum(map(len, blocks)) < size
