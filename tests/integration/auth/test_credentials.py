"""Sessions and tokens through the gateway: odd ones, stolen ones, and what another site could make of them."""

import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from stackroom_kit.public_path import own_path
from stackroom_kit.token_form import API_TOKEN
from tests.support.gateway.guarded import HOSTILE_SITES
from tests.support.gateway.raw_http import RawConnection
from tests.support.stacks.guarded import PASSWORD, GuardedStack

GROUPS, ME, SESSION = "/api/groups/", "/api/identity/me", "/api/identity/session"


def answer_to(url: str, lines: list[bytes], target: str = GROUPS) -> tuple[int, str]:
    """Of a GET with these lines in its head."""
    with RawConnection(url) as connection:
        first = [f"GET {target} HTTP/1.1".encode(), f"Host: {connection.netloc}".encode()]
        connection.send(b"\r\n".join([*first, *lines, b"", b""]))
        answer = connection.answer()
    assert answer is not None
    is_json = "json" in answer.headers.get("content-type", "")
    return answer.status, answer.json().get("code", "") if is_json else ""


NOBODY, MALFORMED = (401, "sign_in_needed"), (401, "malformed_token")
ODD: dict[str, tuple[list[bytes], tuple[int, str]]] = {
    "another scheme": ([b"Authorization: Basic YWRtaW46YWRtaW4="], NOBODY),
    "a scheme alone": ([b"Authorization: Bearer"], MALFORMED),
    "no UTF-8": ([b"Authorization: Bearer \xff\xfe\xfd"], MALFORMED),
    "a token in UTF-8": ("Authorization: Bearer токен".encode().split(b"\n"), MALFORMED),
    "two tokens": ([b"Authorization: Bearer a", b"Authorization: Bearer b"], MALFORMED),
    "a scheme and a token": ([b"Authorization: Basic a", b"Authorization: Bearer b"], NOBODY),
    "a megabyte": ([b"Authorization: Bearer " + b"x" * 2**20], (431, "headers_too_large")),
    "a cookie of a megabyte": ([b"Cookie: stackroom=" + b"x" * 2**20], (431, "headers_too_large")),
    "a cookie of 8 kB": ([b"Cookie: stackroom=" + b"x" * 8000], NOBODY),
    "a cookie that is no UTF-8": ([b"Cookie: stackroom=" + b"\xff" * 43], NOBODY),
    "a cookie with an escaped NUL": ([b'Cookie: stackroom="\\000' + b"a" * 42 + b'"'], NOBODY),
    "a cookie with quotes": ([b'Cookie: stackroom="' + b"a" * 43], NOBODY),
    "an unknown session": ([b"Cookie: stackroom=" + b"a" * 43], NOBODY),
    "a token as a cookie": ([b"Cookie: stackroom=" + API_TOKEN.new_token().encode()], NOBODY),
    "a token in another header": ([b"X-Api-Key: " + API_TOKEN.new_token().encode()], NOBODY),
    "an unknown token": ([b"Authorization: Bearer " + API_TOKEN.new_token().encode()], (401, "unknown_token")),
}


@pytest.mark.parametrize("what", ODD)
def test_odd_credential_is_refused_and_breaks_nothing(stack: GuardedStack, what: str) -> None:
    lines, expected = ODD[what]
    assert answer_to(stack.url, lines) == expected


def cookie_of(session: requests.Session) -> str:
    return session.cookies["stackroom"]


def test_token_counts_beside_a_cookie_and_the_first_of_two_cookies(stack: GuardedStack) -> None:
    """A token that is refused is not saved by a cookie: who calls has to be plain."""
    admin, reader = cookie_of(stack.sign_in("admin")), cookie_of(stack.sign_in("reader"))
    token = stack.token("reader")
    users = f"{stack.url}/api/identity/users"
    both = {"Cookie": f"stackroom={admin}", "Authorization": f"Bearer {token}"}
    assert requests.get(users, headers=both, timeout=20).status_code == 403
    both["Authorization"] = f"Bearer {API_TOKEN.new_token()}"
    assert requests.get(users, headers=both, timeout=20).status_code == 401
    twice = {"Cookie": f"stackroom={reader}; stackroom={admin}"}
    assert requests.get(stack.url + ME, headers=twice, timeout=20).json()["name"] == "reader"


@pytest.mark.parametrize("site", HOSTILE_SITES, ids=str)
@pytest.mark.parametrize(
    ("method", "path", "json"),
    [
        ("POST", SESSION, {"name": "reader", "password": PASSWORD}),  # signs a victim in as the attacker
        ("DELETE", SESSION, None),
        ("POST", "/api/identity/tokens", {"name": "t", "scopes": ["reader"]}),
        ("PUT", "/api/identity/password", {"old_password": PASSWORD, "password": "another horse battery"}),
        ("POST", "/api/identity/device/BCDF-GHJK", {"is_allowed": True}),
        ("POST", "/api/importer/batches", {"records": [{"id": 1, "payload": "x"}]}),
        ("DELETE", "/api/groups/1", None),
    ],
)
def test_write_of_another_site_is_refused_though_it_has_the_cookie(
    stack: GuardedStack, method: str, path: str, json: Any, site: dict[str, str]
) -> None:
    headers = {**site, "Cookie": f"stackroom={cookie_of(signed_in(stack))}"}
    answer = requests.request(method, stack.url + path, json=json, headers=headers, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert "Set-Cookie" not in answer.headers


_sessions: dict[str, requests.Session] = {}


def signed_in(stack: GuardedStack) -> requests.Session:
    """One administrator for the whole table."""
    if stack.url not in _sessions:
        _sessions[stack.url] = stack.sign_in("admin")
    return _sessions[stack.url]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_sign_in_takes_nothing_that_a_form_of_another_site_can_send(stack: GuardedStack, content_type: str) -> None:
    body = f'{{"name": "reader", "password": "{PASSWORD}"}}'
    answer = requests.post(stack.url + SESSION, data=body, headers={"Content-Type": content_type}, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_session_that_somebody_planted_is_not_the_one_of_a_sign_in(stack: GuardedStack) -> None:
    planted, attackers = secrets.token_urlsafe(32), stack.sign_in("reader")
    for cookie in (planted, cookie_of(attackers)):
        victim = requests.post(
            stack.url + SESSION,
            json={"name": "editor", "password": PASSWORD},
            headers={"Cookie": f"stackroom={cookie}"},
            timeout=20,
        )
        assert victim.status_code == 200
        assert victim.cookies["stackroom"] not in (planted, cookie_of(attackers))
    headers = {"Cookie": f"stackroom={planted}"}
    assert requests.get(stack.url + ME, headers=headers, timeout=20).status_code == 401


@pytest.mark.parametrize(
    "path",
    ["/", "/sign-in", "/account", "/users", "/device", "/set-up", "/nowhere", "/api/nowhere", GROUPS, ME, SESSION],
)
@pytest.mark.parametrize("who", ["nobody", "admin", "a wrong token"])
def test_no_answer_is_framed_or_kept_by_a_proxy(stack: GuardedStack, path: str, who: str) -> None:
    headers = {
        "nobody": {},
        "admin": {"Cookie": f"stackroom={cookie_of(signed_in(stack))}"},
        "a wrong token": {"Authorization": "Bearer x"},
    }[who]
    answer = requests.get(stack.url + path, headers=headers, allow_redirects=False, timeout=20)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert {"no-store", "private"} & set(answer.headers["Cache-Control"].split(", "))


@pytest.mark.parametrize("path", ["/groups?x=//evil.example", "/imports?after=https://evil.example/%0d%0aSet-Cookie:x"])
def test_way_to_the_sign_in_leads_to_no_other_site(stack: GuardedStack, path: str) -> None:
    answer = requests.get(stack.url + path, allow_redirects=False, timeout=20)
    assert answer.status_code == 303
    sign_in = urlsplit(answer.headers["Location"])
    (back,) = parse_qs(sign_in.query)["back"]
    assert (sign_in.netloc, sign_in.path) == ("", "/sign-in")
    assert own_path(back) == back
    assert urlsplit(back).netloc == ""
    assert "Set-Cookie" not in answer.headers
