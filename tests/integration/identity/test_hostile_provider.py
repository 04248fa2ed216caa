"""A provider that is away, slow or broken, or describes itself wrongly: each ends at one readable page, in seconds."""

import time
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from identity.oidc import exchange
from stackroom_kit.settings import Secret
from tests.support.identity.provider import GONE, LyingProvider, Reply
from tests.support.identity.sign_on import Visitor, problem_of

FAILED, AWAY = "oidc_failed", "oidc_away"
DISCOVERY, TOKEN, KEYS, USERINFO = "/.well-known/openid-configuration", "/token", "/keys", "/userinfo"
MakeVisitor = Callable[..., Visitor]
PATIENCE = 15.0  # seconds, of a machine that is busy; a slow answer takes 50
UNCHANGED = pytest.mark.usefixtures("unchanged")


OTHERS, SOME = (DISCOVERY, KEYS, USERINFO), ("no JSON", "huge", "a redirect", "broken inside", "slow")
BROKEN = {
    "no JSON": (Reply(200, b"<html>"), FAILED),
    "no object": (Reply(200, b"[]"), FAILED),
    "key twice": (Reply(200, b'{"issuer":"a","issuer":"b"}'), FAILED),
    "deep": (Reply(200, b"[" * 100_000), FAILED),
    "not UTF-8": (Reply(200, b'{"\xff":1}'), FAILED),
    "empty": (Reply(200, b""), FAILED),
    "empty object": (Reply(200, b"{}"), FAILED),
    "huge": (Reply(200, b" " * (exchange.MAX_BYTES + 1)), FAILED),
    "cut short": (Reply(200, b"{}", {"Content-Length": "100"}), AWAY),
    "a redirect": (Reply(302, b"", {"Location": "http://127.0.0.1:1/"}), FAILED),
    "not found": (Reply(404), FAILED),
    "too many requests": (Reply(429), AWAY),
    "broken inside": (Reply(500, b"Traceback"), AWAY),
    "slow": (Reply(200, b"{}" + b" " * 1000, pause=0.05), AWAY),
}


@UNCHANGED
@pytest.mark.parametrize(("path", "what"), [*((TOKEN, what) for what in BROKEN), *product(OTHERS, SOME)])
def test_provider_that_is_not_well(visitor: Visitor, monkeypatch: pytest.MonkeyPatch, path: str, what: str) -> None:
    if what == "slow":  # alone: a busy machine takes longer than that for any other answer
        monkeypatch.setattr(exchange, "TOTAL_SECONDS", 0.3)
    reply, code = BROKEN[what]
    lies = visitor.provider.lies
    lies.replies[path] = reply
    lies.claims = {"groups": GONE}
    began = time.monotonic()
    came = visitor.door.send("GET", "/api/identity/oidc/start") if path == DISCOVERY else visitor.sign_in()
    assert problem_of(came) == code
    assert time.monotonic() - began < PATIENCE


@UNCHANGED
def test_provider_that_is_not_there(make_visitor: MakeVisitor, provider: LyingProvider) -> None:
    visitor = make_visitor(oidc_issuer="http://127.0.0.1:1")
    began = time.monotonic()
    for _ in range(3):
        assert problem_of(visitor.door.send("GET", "/api/identity/oidc/start")) == AWAY
    assert time.monotonic() - began < PATIENCE


@UNCHANGED
@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("body", [{"error": "invalid_grant"}, {"error": 7}, {"error_description": "x"}])
def test_token_is_refused(visitor: Visitor, provider: LyingProvider, status: int, body: dict[str, Any]) -> None:
    provider.lies.replies[TOKEN] = Reply.of(body, status)
    assert problem_of(visitor.sign_in()) == FAILED


@UNCHANGED
def test_wrong_secret_of_the_client(make_visitor: MakeVisitor) -> None:
    assert problem_of(make_visitor(oidc_client_secret=Secret("other")).sign_in()) == FAILED


METADATA = {
    "another issuer": {"issuer": "https://evil.example"},
    "issuer is missing": {"issuer": GONE},
    "keys are missing": {"jwks_uri": GONE},
    "scripts as an address": {"authorization_endpoint": "javascript:alert(1)"},
    "a file as an address": {"token_endpoint": "file:///etc/passwd"},
    "an address with a name and a password": {"token_endpoint": "http://a:b@127.0.0.1/"},
    "an address with a line break": {"token_endpoint": "http://127.0.0.1/\r\nX: y"},
    "only secrets in common": {"id_token_signing_alg_values_supported": ["none", "HS256"]},
    "algorithms are a text": {"id_token_signing_alg_values_supported": "RS256"},
}


@UNCHANGED
@pytest.mark.parametrize("metadata", METADATA.values(), ids=METADATA.keys())
def test_descriptions_that_lead_astray(visitor: Visitor, provider: LyingProvider, metadata: dict[str, Any]) -> None:
    provider.lies.metadata = metadata
    assert problem_of(visitor.door.send("GET", "/api/identity/oidc/start")) == FAILED
