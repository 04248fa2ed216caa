"""The signed header that says who calls: made up, taken from another request, sent twice, or by a client itself."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from flask import Flask

from stackroom_kit.actor import HEADER, Actor, ActorSigner, SignedRequest
from stackroom_kit.rights import ROLES, rights_of
from stackroom_kit.settings import Secret
from tests.contract.test_openapi import app_of
from tests.support.gateway.process import running_gateway
from tests.support.gateway.raw_http import RawConnection
from tests.support.identity.settings import ACTOR_KEY
from tests.support.stacks.guarded import GuardedStack

OURS, STRANGER = ActorSigner(ACTOR_KEY), ActorSigner(Secret("the-key-of-a-stranger-is-long-too"))
EVE = Actor("00000000-0000-0000-0000-000000000001", "eve", "user", "admin", ROLES, "s", "10.0.0.1")
CALL = SignedRequest("GET", "/api/groups/?limit=1&q=x", "r-1")
REFUSED, LET_IN = (401, "actor_refused"), (200, "")
Head = list[tuple[str, str]]


def signed(signer: ActorSigner = OURS, **other: str) -> str:
    """For CALL, or one that differs from it."""
    return signer.signed(EVE, dataclasses.replace(CALL, **other))


def head(value: str, name: str = HEADER, request_id: str = CALL.request_id) -> Head:
    return [("X-Request-ID", request_id), (name, value)]


def sent(url: str, target: str, headers: Head, method: str = "GET", body: bytes = b"") -> tuple[int, str]:
    """Status and code of the answer; 0 where the server closes without one."""
    with RawConnection(url) as connection:
        length = [("Content-Length", str(len(body)))] if body else []
        lines = [f"{method} {target} HTTP/1.1", f"Host: {connection.netloc}"]
        lines += [f"{name}: {value}" for name, value in [*headers, *length]]
        connection.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        answer = connection.answer(method)
    if answer is None:
        return 0, ""
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    return answer.status, answer.json()["code"] if is_problem else ""


HEADERS: dict[str, tuple[Head, tuple[int, str]]] = {
    "the true one": (head(signed()), LET_IN),
    "none": ([("X-Request-ID", "r-1")], REFUSED),
    "of another method": (head(signed(method="PUT")), REFUSED),
    "of another path": (head(signed(target="/api/types/?limit=1&q=x")), REFUSED),
    "of another query": (head(signed(target="/api/groups/?limit=2&q=x")), REFUSED),
    "of the query in another order": (head(signed(target="/api/groups/?q=x&limit=1")), REFUSED),
    "of no query": (head(signed(target="/api/groups/")), REFUSED),
    "of another request id": (head(signed(request_id="r-2")), REFUSED),
    "without its request id": ([(HEADER, signed())], REFUSED),
    "under another key": (head(signed(STRANGER)), REFUSED),
    "twice the same": ([*head(signed()), (HEADER, signed())], REFUSED),
    "a true one and another": ([*head(signed()), (HEADER, signed(STRANGER))], REFUSED),
    "another and a true one": ([*head(signed(STRANGER)), (HEADER, signed())], REFUSED),
    "in another case": (head(signed(), HEADER.upper()), LET_IN),  # names of headers have none
    "with underscores": (head(signed(), HEADER.replace("-", "_")), REFUSED),
    "with one underscore": (head(signed(), "X-Stackroom_Actor"), REFUSED),
    "with a letter more": (head(signed() + "A"), REFUSED),
    "huge": (head("A" * 8000), REFUSED),
    "no UTF-8": (head("\xff\xfe"), REFUSED),
    "of two signatures": (head(f"{signed()}.{signed()}"), REFUSED),
    "named as a header of the connection": ([("Connection", HEADER), *head(signed(STRANGER))], REFUSED),
}


@pytest.mark.parametrize("what", HEADERS)
def test_service_believes_a_header_that_was_signed_for_this_request(stack: GuardedStack, what: str) -> None:
    headers, expected = HEADERS[what]
    assert sent(stack.catalog, CALL.target, headers) == expected


def test_repetition_inside_the_private_network_is_not_prevented(stack: GuardedStack) -> None:
    """Neither time nor body is signed: see the note in ``stackroom_kit.actor``."""
    to_sign = SignedRequest("POST", "/api/groups/", "r-7")
    headers = [*head(OURS.signed(EVE, to_sign), request_id="r-7"), ("Content-Type", "application/json")]
    bodies = [b'{"id": 6001, "name": "once"}', b'{"id": 6002, "name": "twice"}']
    assert [sent(stack.catalog, to_sign.target, headers, "POST", body)[0] for body in bodies] == [201, 201]


def internal_calls(name: str) -> list[tuple[str, str, str]]:
    app: Flask = app_of(name)
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/internal/")]
    return [
        (name, method, rule.rule.replace("<resource>", "groups"))
        for rule in rules
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})
    ]


INTERNAL = [call for name in ("catalog", "identity", "importer") for call in internal_calls(name)]


def test_there_are_internal_calls() -> None:
    assert {name for name, _, _ in INTERNAL} >= {"catalog", "identity"}


@pytest.mark.parametrize(("name", "method", "path"), INTERNAL)
def test_no_user_makes_an_internal_call(stack: GuardedStack, name: str, method: str, path: str) -> None:
    """Not even an administrator, and not even where he gets past the gateway; through it nobody finds them."""
    header = OURS.signed(EVE, SignedRequest(method, path, "r-8"))
    assert sent(getattr(stack, name), path, head(header, request_id="r-8"), method) == (403, "forbidden")
    answer = stack.sign_in("admin").request(method, stack.url + path, timeout=20)
    assert answer.status_code in (404, 405)


def own_header(name: str = HEADER) -> Callable[[str], dict[str, str]]:
    """What somebody sends who got hold of a true header, for this very request."""
    return lambda target: {"X-Request-ID": "r-9", name: OURS.signed(EVE, SignedRequest("GET", target, "r-9"))}


@pytest.mark.parametrize(
    "more",
    [
        own_header(),
        own_header("x-stackroom-ACTOR"),
        own_header("X_Stackroom_Actor"),
        own_header("X-Stackroom_Actor"),
        lambda target: {**own_header()(target), "Connection": HEADER},
        lambda target: {**own_header()(target), "Connection": "close, X-Request-ID"},
        lambda _target: {"Connection": f"keep-alive, {HEADER}, Authorization, Cookie"},
        lambda target: {"Forwarded": "for=127.0.0.1", "X-Forwarded-For": "127.0.0.1", **own_header()(target)},
    ],
)
def test_what_a_client_says_of_who_it_is_counts_for_nothing(
    stack: GuardedStack, more: Callable[[str], dict[str, str]]
) -> None:
    users, me = "/api/identity/users", "/api/identity/me"
    nobody = requests.get(stack.url + users, headers=more(users), timeout=20)
    assert (nobody.status_code, nobody.json()["code"]) == (401, "sign_in_needed")
    reader = {"Authorization": f"Bearer {stack.token('reader')}"}
    refused = requests.get(stack.url + users, headers={**reader, **more(users)}, timeout=20)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    said = requests.get(stack.url + me, headers={**reader, **more(me)}, timeout=20).json()
    assert (said["name"], said["rights"]) == ("reader", list(rights_of("reader")))


def test_header_in_a_trailer_is_refused_with_its_request(stack: GuardedStack) -> None:
    chunked = b"2\r\n{}\r\n0\r\n" + f"{HEADER}: {signed()}\r\n\r\n".encode()
    with RawConnection(stack.url) as connection:
        lines = ["POST /api/groups/ HTTP/1.1", f"Host: {connection.netloc}", "Transfer-Encoding: chunked"]
        connection.send("\r\n".join([*lines, f"Trailer: {HEADER}", "", ""]).encode() + chunked)
        answer = connection.answer("POST")
    assert answer is not None
    assert answer.status in (401, 411)


# As they come over the wire: what a client library writes otherwise has to be signed as it is sent.
TARGETS = [
    "?q=%d0%b6", "?q=%D0%B6", "?q=a%2fb%7c", "?q=a|b", "?q=[x]{y}", '?q="<>"', "?q=a\\b^`", "?q=a'b(c)*!", "?q=a+b%20c",
    "?q=~_-.", "?q=/?:@", "?limit=1&q=%e2%82%ac", "?q=", "?",
]  # fmt: skip


@pytest.mark.parametrize("query", TARGETS)
def test_whoever_may_read_may_search_however_the_query_is_written(stack: GuardedStack, query: str) -> None:
    headers = [("Authorization", f"Bearer {stack.token('reader')}")]
    assert sent(stack.url, f"/api/groups/{query}", headers) == (200, "")


def test_keys_are_changed_one_service_after_the_other(stack: GuardedStack) -> None:
    """First both believe the new key as well, then it signs, then the old one goes: no request is refused meanwhile."""
    old, new = ACTOR_KEY.reveal(), "the-key-of-tomorrow-is-just-as-long"
    before, both, turned, after = (ActorSigner(Secret(keys)) for keys in (old, f"{old},{new}", f"{new},{old}", new))
    for signer, believer in [(before, both), (both, before), (both, turned), (turned, both), (turned, after)]:
        assert believer.verified(signer.signed(EVE, CALL), CALL) == EVE
    assert sent(stack.catalog, CALL.target, head(signed(both))) == LET_IN
    assert sent(stack.catalog, CALL.target, head(signed(turned))) == REFUSED


def test_gateway_with_another_key_sends_nobody_to_sign_in(stack: GuardedStack, tmp_path: Path) -> None:
    """It is a mistake of who runs it, which no client can mend."""
    own = {"AUTH": "on", "ACTOR_KEY": "the-key-of-a-stranger-is-long-too", "IDENTITY_URL": stack.identity}
    token = {"Authorization": f"Bearer {stack.token('reader')}"}
    with running_gateway(tmp_path, stack.catalog, stack.importer, own) as (url, _):
        nobody = requests.get(f"{url}/api/groups/", timeout=20)
        somebody = requests.get(f"{url}/api/groups/", headers=token, timeout=20)
    assert (nobody.status_code, nobody.json()["code"]) == (502, "bad_upstream_answer")
    assert "ACTOR_KEY" in nobody.json()["detail"]
    assert (somebody.status_code, somebody.json()["code"]) == (503, "identity_unavailable")
