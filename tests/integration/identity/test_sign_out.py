"""Signing out at the provider as well, and by the provider."""

import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc import jwt

from tests.integration.identity.test_secrets import everything
from tests.support.identity.door import Door, code_of
from tests.support.identity.provider import CLIENT_ID, EVENT, GONE, LyingProvider, Reply
from tests.support.identity.sign_on import SITE, Visitor

MakeVisitor = Callable[..., Visitor]
DESCRIPTION = "/.well-known/openid-configuration"
OUT = {"state": "signed_out", "continue_at": None}
OUT_HERE = {"state": "signed_out_here", "continue_at": None}


def test_sign_out_goes_on_at_the_provider(visitor: Visitor, provider: LyingProvider) -> None:
    visitor.sign_in()
    told = visitor.sign_out()
    assert told["state"] == "signed_out"
    assert visitor.me() is None
    address = urlsplit(told["continue_at"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{provider.address}/sign-out"
    query = dict(parse_qsl(address.query))
    assert (query["client_id"], query["post_logout_redirect_uri"]) == (CLIENT_ID, f"{SITE}/signed-out")
    assert jwt.decode(query["id_token_hint"], provider.key).claims["sub"] == "1001"
    assert visitor.sign_out() == OUT


@pytest.mark.parametrize("end_session", [GONE, None])
def test_provider_may_have_no_way_out(visitor: Visitor, provider: LyingProvider, end_session: Any) -> None:
    provider.lies.metadata = {"end_session_endpoint": end_session}
    visitor.sign_in()
    assert visitor.sign_out() == OUT_HERE


def test_long_id_token_is_not_kept(visitor: Visitor, provider: LyingProvider) -> None:
    provider.person["groups"] = ["librarians", *("x" * 50 for _ in range(100))]
    visitor.sign_in()
    assert "id_token_hint" not in dict(parse_qsl(urlsplit(visitor.sign_out()["continue_at"]).query))


def test_local_user_signs_out_here_alone(visitor: Visitor) -> None:
    visitor.session = visitor.door.session_of("admin")
    assert visitor.sign_out() == OUT


def test_database_shows_no_id_token(visitor: Visitor, engine: Any) -> None:
    visitor.sign_in()
    kept = everything(engine)
    assert "eyJ" not in kept
    assert "1001" in kept


def test_program_is_not_let_in_once_the_provider_has_ended_the_session(
    visitor: Visitor, provider: LyingProvider
) -> None:
    visitor.sign_in()
    door, device = visitor.door, "/api/identity/device"
    begun = door.send("POST", device, json={"client": "stackroom"}).get_json()
    body = {"is_allowed": True}
    assert door.send("POST", f"{device}/{begun['user_code']}", visitor.session, json=body).status_code == 200
    assert visitor.log_out_by_provider(provider.logout_token(sub="1001")).get_json()["count"] == 1
    asked = door.send("POST", f"{device}/token", json={"device_code": begun["device_code"]})
    assert code_of(asked) == (400, "expired_token")


@pytest.mark.parametrize("named", [{"sid": "s-1"}, {"sub": "1001"}, {"sid": "s-1", "sub": "1001"}])
def test_provider_ends_sessions(visitor: Visitor, provider: LyingProvider, named: dict[str, str]) -> None:
    visitor.sign_in()
    elsewhere = Visitor(visitor.door, provider)
    provider.person["sid"] = "s-2"
    elsewhere.sign_in()
    local = visitor.door.session_of("admin")
    answer = visitor.log_out_by_provider(provider.logout_token(**named))
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert visitor.me() is None
    assert (elsewhere.me() is None) == ("sid" not in named)
    assert visitor.door.send("GET", "/api/identity/me", local).status_code == 200


def test_session_without_an_id_ends_with_those_of_its_person(visitor: Visitor, provider: LyingProvider) -> None:
    del provider.person["sid"]
    visitor.sign_in()
    assert visitor.log_out_by_provider(provider.logout_token(sid="s-9", sub="1001")).get_json()["count"] == 1
    assert visitor.me() is None


@pytest.mark.parametrize("named", [{"sid": "s-9"}, {"sub": "1009"}, {"sid": "s-1", "sub": "1009"}])
def test_session_that_is_not_there_is_no_mistake(
    visitor: Visitor, provider: LyingProvider, named: dict[str, str]
) -> None:
    visitor.sign_in()
    assert visitor.log_out_by_provider(provider.logout_token(**named)).get_json()["count"] == 0
    assert visitor.me() is not None


WRONG: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "another client": {"aud": "other"},
    "nobody": {"aud": GONE},
    "old": {"iat": 1},
    "in the future": {"iat": 2**33},
    "no time": {"iat": GONE},
    "expired": {"exp": 1},
    "no events": {"events": GONE},
    "another event": {"events": {"http://schemas.example/other": {}}},
    "event is null": {"events": {EVENT: None}},
    "nonce": {"nonce": "n"},
    "no id of its own": {"jti": GONE},
    "id of its own is a number": {"jti": 7},
    "names nobody": {"sub": GONE},
    "session is a number": {"sid": 7},
    "person is a list": {"sub": ["1001"]},
    "person is empty": {"sub": ""},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG.keys())
def test_logout_token_that_does_not_fit_ends_nothing(
    visitor: Visitor, provider: LyingProvider, claims: dict[str, Any]
) -> None:
    visitor.sign_in()
    answer = visitor.log_out_by_provider(provider.logout_token(**{"sub": "1001", **claims}))
    assert code_of(answer) == (400, "oidc_failed")
    assert visitor.me() is not None


def test_logout_token_works_once(visitor: Visitor, provider: LyingProvider, make_visitor: MakeVisitor) -> None:
    token = provider.logout_token(sub="1001")
    assert visitor.log_out_by_provider(token).status_code == 200
    visitor.sign_in()
    for one in (visitor, make_visitor()):  # also at another replica
        assert code_of(one.log_out_by_provider(token)) == (400, "oidc_failed")
    assert visitor.me() is not None


def test_id_token_is_no_logout_token(visitor: Visitor, provider: LyingProvider) -> None:
    visitor.sign_in()
    hint = dict(
        parse_qsl(urlsplit(Visitor(visitor.door, provider, session=visitor.session).sign_out()["continue_at"]).query)
    )
    visitor.sign_in()
    assert code_of(visitor.log_out_by_provider(hint["id_token_hint"])) == (400, "oidc_failed")
    assert visitor.me() is not None


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "x" * 70_000])
def test_what_is_no_token_ends_nothing(visitor: Visitor, token: str) -> None:
    answer = visitor.log_out_by_provider(token)
    assert code_of(answer) in ((400, "oidc_failed"), (413, "too_large"))


def test_logout_token_comes_as_a_form(visitor: Visitor, provider: LyingProvider) -> None:
    body = {"logout_token": provider.logout_token(sub="1001")}
    answer = visitor.door.send("POST", "/api/identity/oidc/back-channel-logout", json=body)
    assert code_of(answer) == (415, "unsupported_media_type")


def test_sign_out_asks_only_whether_the_provider_is_there(visitor: Visitor, provider: LyingProvider) -> None:
    visitor.sign_in()
    provider.asked.clear()
    assert visitor.sign_out()["continue_at"]
    assert provider.asked == [("GET", DESCRIPTION)]


AWAY = {
    "fails": Reply(503),
    "is another": Reply.of({"issuer": "https://other.example"}),
    "says nothing": Reply(held=threading.Event()),
}


@pytest.mark.parametrize("reply", AWAY.values(), ids=AWAY)
def test_session_ends_here_where_the_provider_is_away(
    visitor: Visitor, provider: LyingProvider, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.sign_in()
    monkeypatch.setattr("identity.oidc.exchange.READ_SECONDS", 1.0)
    provider.lies.replies = {DESCRIPTION: reply}
    try:
        assert visitor.sign_out() == OUT_HERE
    finally:
        if reply.held:
            reply.held.set()
    assert visitor.me() is None


def test_without_the_provider_there_is_no_way_out(visitor: Visitor, module_door: Door, provider: LyingProvider) -> None:
    visitor.sign_in()
    assert Visitor(module_door, provider, session=visitor.session).sign_out() == OUT_HERE
