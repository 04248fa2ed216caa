"""Signing on by a provider that tells the truth: who comes in, under which name, and with which role."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.support.identity.door import code_of
from tests.support.identity.provider import CLIENT_ID, GONE, LyingProvider, Reply, new_key
from tests.support.identity.sign_on import CALLBACK, SIGN_ON, SITE, START, Visitor, cookies_of, problem_of
from tests.support.waiting import wait_until

MakeVisitor = Callable[..., Visitor]


def test_person_of_the_provider_comes_in(visitor: Visitor, provider: LyingProvider) -> None:
    address = visitor.start("/imports?page=2")
    query = dict(parse_qsl(urlsplit(address).query))
    assert query["redirect_uri"] == SITE + CALLBACK
    assert (query["client_id"], query["scope"]) == (CLIENT_ID, "openid profile email")
    came = visitor.come_back(provider.authorize(address))
    assert (came.status_code, came.headers["Location"]) == (303, "/imports?page=2")
    assert cookies_of(came)[SIGN_ON] == ""
    assert all({"HttpOnly", "SameSite=Lax"} <= set(line.split("; ")) for line in came.headers.getlist("Set-Cookie"))
    me = visitor.me() or {}
    assert (me["name"], me["is_from_provider"]) == ("ann", True)
    ann = visitor.users()["ann"]
    assert (ann["role"], ann["full_name"], ann["has_password"], ann["is_from_provider"]) == (
        "editor", "Ann Example", False, True,
    )  # fmt: skip


def test_person_is_the_same_user_under_another_name(visitor: Visitor, provider: LyingProvider) -> None:
    visitor.sign_in()
    first = visitor.me()
    provider.person |= {"preferred_username": "admin", "name": "Ann Other"}
    assert visitor.sign_in().headers["Location"] == "/imports"
    assert visitor.me() == first
    assert visitor.users()["ann"]["full_name"] == "Ann Other"


def test_sign_in_ends_the_session_that_the_browser_had(visitor: Visitor) -> None:
    visitor.sign_in()
    before = visitor.session
    visitor.sign_in()
    assert code_of(visitor.door.send("GET", "/api/identity/me", before)) == (401, "session_over")


@pytest.mark.parametrize(
    ("offered", "name"),
    [
        ("Ann", "ann"),
        ("ann.smith@corp.example", "ann.smith@corp.example"),
        ("CORP\\ann smith", "corp-ann-smith"),
        ("Jürgen", "jurgen"),
        ("..ann..", "ann"),
        ("x" * 300, "x" * 60),
        ("<script>", "script"),
        ("Анна", None),
        ("", None),
        ("\u212aate", "kate"),
        (17, None),
        (GONE, None),
    ],
)
def test_name_is_made_safe(visitor: Visitor, provider: LyingProvider, offered: Any, name: str | None) -> None:
    provider.person |= {"preferred_username": offered}
    if offered is GONE:
        del provider.person["preferred_username"]
    visitor.sign_in()
    found = (visitor.me() or {})["name"]
    assert found == name or (name is None and found.startswith("user-"))


@pytest.mark.parametrize("offered", ["admin", "ADMIN", "ａｄｍｉｎ", "reader"])
def test_nobody_from_the_provider_becomes_a_local_user(visitor: Visitor, provider: LyingProvider, offered: str) -> None:
    before = visitor.users()
    provider.person |= {"preferred_username": offered, "email": "admin@stackroom.example", "email_verified": True}
    assert problem_of(visitor.sign_in()) == "oidc_name_taken"
    after = visitor.users()
    assert {name: one["role"] for name, one in after.items()} == {name: one["role"] for name, one in before.items()}


def test_two_people_who_are_called_the_same_are_two_users(visitor: Visitor, provider: LyingProvider) -> None:
    visitor.sign_in()
    provider.person |= {"sub": "1002"}
    visitor.sign_in()
    assert (visitor.me() or {})["name"] == "ann-2"


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["librarians"], "editor"),
        (["readers", "it", "librarians"], "admin"),
        (["strangers"], None),
        ([], None),
        (GONE, None),
    ],
)
@pytest.mark.parametrize("default", ["", "reader"])
def test_role_is_the_highest_of_the_groups(
    make_visitor: MakeVisitor, provider: LyingProvider, groups: Any, role: str | None, default: str
) -> None:
    visitor = make_visitor(oidc_default_role=default)
    del provider.person["groups"]
    provider.person |= {} if groups is GONE else {"groups": groups}
    came = visitor.sign_in()
    if role or default:
        assert (visitor.me() or {})["role"] == (role or default)
    else:
        assert problem_of(came) == "oidc_no_role"
        assert "ann" not in visitor.users()


def test_role_is_found_anew_at_every_sign_in(visitor: Visitor, provider: LyingProvider) -> None:
    visitor.sign_in()
    elsewhere = Visitor(visitor.door, provider)
    provider.person["groups"] = ["it"]
    elsewhere.sign_in()
    assert (elsewhere.me() or {})["role"] == "admin"
    assert visitor.me() is None  # other rights are another session
    del provider.person["groups"]
    visitor.sign_in()
    assert (visitor.me() or {})["role"] == "admin"


def test_empty_list_of_groups_ends_everything(visitor: Visitor, provider: LyingProvider) -> None:
    visitor.sign_in()
    body = {"name": "t", "scopes": ["reader"]}
    token = visitor.door.send("POST", "/api/identity/tokens", visitor.session, json=body).get_json()["secret"]
    elsewhere = Visitor(visitor.door, provider)
    provider.person["groups"] = []
    assert problem_of(elsewhere.sign_in()) == "oidc_no_role"
    assert visitor.me() is None
    assert code_of(visitor.door.send("GET", "/api/identity/me", token=token)) == (401, "unknown_token")
    provider.person["groups"] = ["readers"]
    elsewhere.sign_in()
    assert (elsewhere.me() or {})["role"] == "reader"


def test_who_was_disabled_here_stays_out(visitor: Visitor, provider: LyingProvider) -> None:
    visitor.sign_in()
    provider.person["groups"] = []
    visitor.sign_in()
    ann = visitor.users()["ann"]["id"]
    admin = visitor.door.session_of("admin")
    body = {"is_disabled": True}
    assert visitor.door.send("PUT", f"/api/identity/users/{ann}", admin, json=body).status_code == 200
    provider.person["groups"] = ["it"]
    assert problem_of(visitor.sign_in()) == "oidc_no_role"


def test_claims_are_asked_for_where_the_id_token_lacks_them(visitor: Visitor, provider: LyingProvider) -> None:
    provider.lies.claims = dict.fromkeys(("preferred_username", "name", "groups"), GONE)
    visitor.sign_in()
    assert ((visitor.me() or {})["name"], (visitor.me() or {})["role"]) == ("ann", "editor")


def test_keys_that_were_changed_are_asked_for_once(visitor: Visitor, provider: LyingProvider) -> None:
    visitor.sign_in()
    before = provider.key
    provider.key = new_key("k2")
    try:
        visitor.sign_in()
        assert visitor.me() is not None
        assert provider.asked.count(("GET", "/keys")) == 2
        provider.lies.header = {"kid": "made-up"}
        for _ in range(3):
            assert problem_of(visitor.sign_in()) == "oidc_failed"
        assert provider.asked.count(("GET", "/keys")) == 2
    finally:
        provider.key = before


def test_cookies_over_tls_are_of_this_host_alone(visitor: Visitor, provider: LyingProvider) -> None:
    over_tls = {"X-Forwarded-Proto": "https"}
    began = visitor.door.send("GET", START, headers=over_tls)
    kept = cookies_of(began)[f"__Host-{SIGN_ON}"]
    query = urlencode(provider.authorize(began.headers["Location"]))
    headers = {**over_tls, "Cookie": f"__Host-{SIGN_ON}={kept}"}
    came = visitor.door.send("GET", f"{CALLBACK}?{query}", headers=headers)
    assert set(cookies_of(came)) == {"__Host-stackroom", f"__Host-{SIGN_ON}"}
    assert all({"Secure", "Path=/"} <= set(line.split("; ")) for line in came.headers.getlist("Set-Cookie"))


def test_person_who_comes_twice_at_once_is_one_user(visitor: Visitor, provider: LyingProvider) -> None:
    both = [visitor, Visitor(visitor.door, provider)]
    answers = [provider.authorize(one.start()) for one in both]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(Visitor.come_back, both, answers))
    assert [(one.me() or {})["name"] for one in both] == ["ann", "ann"]
    assert "ann-2" not in visitor.users()


def test_slow_provider_keeps_nobody_else_waiting(
    visitor: Visitor, provider: LyingProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the threads may wait for it; who comes then is told so, and everybody else goes on."""
    slow = [visitor, Visitor(visitor.door, provider)]
    answers = [provider.authorize(one.start()) for one in slow]
    for name in ("READ_SECONDS", "TOTAL_SECONDS"):
        monkeypatch.setattr(f"identity.oidc.exchange.{name}", 60)
    held = Event()
    provider.lies.replies["/token"] = Reply(held=held)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(one.come_back, answer) for one, answer in zip(slow, answers, strict=True)]
        wait_until(lambda: provider.asked.count(("POST", "/token")) == 2, 10, "both to wait")
        assert problem_of(visitor.door.send("GET", START)) == "oidc_away"
        assert visitor.door.sign_in("admin").status_code == 200
        held.set()
        assert [problem_of(one.result()) for one in waiting] == ["oidc_failed"] * 2


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/imports?state=done&after=x", "/sign-in?problem=oidc_denied&back=/imports%3Fstate%3Ddone%26after%3Dx"),
        ("/", "/sign-in?problem=oidc_denied"),
        ("//evil.example", "/sign-in?problem=oidc_denied"),
    ],
)
def test_page_that_was_asked_for_is_kept_where_a_sign_on_fails(
    visitor: Visitor, provider: LyingProvider, asked: str, led_to: str
) -> None:
    answer = provider.authorize(visitor.start(asked))
    came = visitor.come_back({**answer, "error": "access_denied"})
    assert (came.status_code, came.headers["Location"]) == (303, led_to)


def test_who_comes_from_the_provider_has_no_password_to_change(visitor: Visitor) -> None:
    visitor.sign_in()
    wanted = {"old_password": "", "password": "seven yellow boats at sea"}
    answer = visitor.door.send("PUT", "/api/identity/password", visitor.session, json=wanted)
    assert code_of(answer) == (409, "from_provider")
