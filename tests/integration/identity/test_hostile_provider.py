"""A provider that lies, fails or is somebody else, and browsers that bring back what they should not.

Each ends at one readable page, and changes nothing.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from joserfc.util import urlsafe_b64encode
from sqlalchemy import Engine, text

from identity.oidc import exchange
from stackroom_kit.settings import Secret
from tests.support.identity.provider import CLIENT_ID, CLIENT_SECRET, GONE, LyingProvider, Query, Reply, new_key
from tests.support.identity.sign_on import Visitor, problem_of

FAILED, DENIED, AWAY, ELSEWHERE = "oidc_failed", "oidc_denied", "oidc_away", "oidc_started_elsewhere"
DISCOVERY, TOKEN, KEYS, USERINFO = "/.well-known/openid-configuration", "/token", "/keys", "/userinfo"
COUNTS = "SELECT " + ", ".join(f"(SELECT count(*) FROM identity.{name})" for name in ("users", "login", "session"))
Answer = Callable[[Visitor, Query], Query | str]
MakeVisitor = Callable[..., Visitor]


def rows(engine: Engine) -> tuple[int, ...]:
    with engine.connect() as connection:
        return tuple(connection.execute(text(COUNTS)).one())


def unsigned(header: dict[str, Any], claims: dict[str, Any], algorithm: str = "none") -> str:
    parts = (json.dumps({**header, "alg": algorithm}), json.dumps(claims))
    return ".".join([*(urlsafe_b64encode(part.encode()).decode() for part in parts), ""])


def hs256(secret: bytes) -> Callable[[dict[str, Any], dict[str, Any]], str]:
    """By hand, since joserfc takes no public key for a secret."""

    def sign(header: dict[str, Any], claims: dict[str, Any]) -> str:
        signed = unsigned(header, claims, "HS256").rstrip(".")
        return f"{signed}.{urlsafe_b64encode(hmac.digest(secret, signed.encode(), hashlib.sha256)).decode()}"

    return sign


def signed_with(key: Any, algorithm: str) -> Callable[[dict[str, Any], dict[str, Any]], str]:
    return lambda header, claims: jwt.encode({**header, "alg": algorithm}, claims, key, algorithms=[algorithm])


CLAIMS = {
    "nonce of another sign-in": {"nonce": "other"},
    "nonce is missing": {"nonce": GONE},
    "nonce is a number": {"nonce": 7},
    "another issuer": {"iss": "https://evil.example"},
    "issuer with a slash": {"iss": "http://127.0.0.1:1/"},
    "issuer is missing": {"iss": GONE},
    "for another client": {"aud": "other"},
    "for nobody": {"aud": []},
    "audience is missing": {"aud": GONE},
    "for several without azp": {"aud": [CLIENT_ID, "other"]},
    "for several by another": {"aud": [CLIENT_ID, "other"], "azp": "other"},
    "azp of another": {"azp": "other"},
    "expired": {"exp": 1},
    "without times": {"exp": GONE, "iat": GONE},
    "end is a text": {"exp": "tomorrow"},
    "not yet": {"nbf": 2**33},
    "made in the future": {"iat": 2**33},
    "hash of another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "subject is missing": {"sub": GONE},
    "subject is empty": {"sub": ""},
    "subject is a number": {"sub": 1001},
    "subject is long": {"sub": "x" * 256},
    "groups are a text": {"groups": "it"},
    "groups are numbers": {"groups": [1, 2]},
    "groups are an object": {"groups": {"it": True}},
    "groups are null": {"groups": None},
}


@pytest.mark.parametrize("claims", CLAIMS.values(), ids=CLAIMS.keys())
def test_claims_that_do_not_fit(
    visitor: Visitor, provider: LyingProvider, engine: Engine, claims: dict[str, Any]
) -> None:
    provider.lies.claims = claims
    before = rows(engine)
    assert problem_of(visitor.sign_in()) == FAILED
    assert rows(engine) == before


@pytest.mark.parametrize("seconds", [-300, 300])
def test_clock_is_off_by_five_minutes(visitor: Visitor, provider: LyingProvider, seconds: int) -> None:
    provider.lies.clock = seconds
    assert problem_of(visitor.sign_in()) == FAILED
    provider.lies.clock = seconds / 10
    assert visitor.sign_in().headers["Location"] == "/imports"


SIGNATURES: dict[str, Callable[[LyingProvider], Callable[[dict[str, Any], dict[str, Any]], str]]] = {
    "none": lambda _: unsigned,
    "HS256 under the public key": lambda provider: hs256(provider.key.as_pem(private=False)),
    "HS256 under the secret of the client": lambda _: hs256(CLIENT_SECRET.encode()),
    "a key of somebody else with the same id": lambda _: signed_with(new_key("k1"), "RS256"),
    "another algorithm than announced": lambda provider: signed_with(
        RSAKey.import_key(provider.key.as_pem(private=True)), "RS512"
    ),
    "a key of another kind": lambda _: signed_with(ECKey.generate_key("P-256"), "ES256"),
    "no token at all": lambda _: lambda *_: "this is no token",
    "two parts": lambda _: lambda header, claims: unsigned(header, claims).rstrip(".").rpartition(".")[0],
}


@pytest.mark.parametrize("sign", SIGNATURES.values(), ids=SIGNATURES.keys())
def test_signatures_that_are_none(
    visitor: Visitor, provider: LyingProvider, engine: Engine, sign: Callable[[LyingProvider], Any]
) -> None:
    provider.lies.sign = sign(provider)
    before = rows(engine)
    assert problem_of(visitor.sign_in()) == FAILED
    assert rows(engine) == before


ANSWERS: dict[str, tuple[Answer, str]] = {
    "another state": (lambda _, answer: {**answer, "state": "other"}, ELSEWHERE),
    "no state": (lambda _, answer: {"code": answer["code"], "iss": answer["iss"]}, ELSEWHERE),
    "state that is no text of ours": (lambda _, answer: {**answer, "state": "Ж\ud7ff"}, ELSEWHERE),
    "another issuer: mix-up": (lambda _, answer: {**answer, "iss": "https://evil.example"}, FAILED),
    "no issuer": (lambda _, answer: {"code": answer["code"], "state": answer["state"]}, FAILED),
    "another code": (lambda _, answer: {**answer, "code": "made-up"}, FAILED),
    "no code": (lambda _, answer: {"state": answer["state"], "iss": answer["iss"]}, FAILED),
    "long code": (lambda _, answer: {**answer, "code": "x" * 5000}, FAILED),
    "two codes": (lambda _, answer: f"code=1&code={answer['code']}&state={answer['state']}", FAILED),
    "person says no": (lambda _, answer: {**answer, "error": "access_denied"}, DENIED),
    "provider wants to ask more": (lambda _, answer: {**answer, "error": "consent_required"}, DENIED),
    "provider is busy": (lambda _, answer: {**answer, "error": "temporarily_unavailable"}, AWAY),
    "provider does not know us": (lambda _, answer: {**answer, "error": "unauthorized_client"}, FAILED),
    "error full of odd words": (
        lambda _, answer: {**answer, "error": "<script>\r\nX: y", "error_description": "<b>call 0800</b>"}, FAILED,
    ),
    "nothing": (lambda *_: "", ELSEWHERE),
}  # fmt: skip


@pytest.mark.parametrize(("change", "code"), ANSWERS.values(), ids=ANSWERS.keys())
def test_answers_that_the_provider_did_not_give(
    visitor: Visitor, provider: LyingProvider, engine: Engine, change: Answer, code: str
) -> None:
    before = rows(engine)
    came = visitor.come_back(change(visitor, provider.authorize(visitor.start())))
    assert problem_of(came) == code
    assert rows(engine) == before


def test_code_is_brought_back_twice(visitor: Visitor, provider: LyingProvider, engine: Engine) -> None:
    answer, kept = provider.authorize(visitor.start()), visitor.kept
    assert visitor.come_back(answer).headers["Location"] == "/imports"
    before = rows(engine)
    assert problem_of(visitor.come_back(answer)) == FAILED
    visitor.kept = ""
    assert problem_of(visitor.come_back(answer)) == ELSEWHERE
    visitor.kept = kept
    assert problem_of(visitor.come_back(answer)) == FAILED
    assert rows(engine) == before


def test_answer_of_another_browser(visitor: Visitor, provider: LyingProvider, engine: Engine) -> None:
    """Somebody leads a victim's browser back with his own code, so that the victim works as him."""
    attacker, before = Visitor(visitor.door, provider), rows(engine)
    answer = provider.authorize(attacker.start())
    assert problem_of(visitor.come_back(answer)) == ELSEWHERE
    visitor.start()
    assert problem_of(visitor.come_back(answer)) == ELSEWHERE
    visitor.kept = "made-up"
    assert problem_of(visitor.come_back(answer)) == ELSEWHERE
    assert rows(engine) == before


def test_code_of_another_sign_in_under_the_own_state(visitor: Visitor, provider: LyingProvider) -> None:
    """PKCE: a code that was stolen is of no use in another browser."""
    stolen = provider.authorize(Visitor(visitor.door, provider).start())["code"]
    answer = provider.authorize(visitor.start())
    assert problem_of(visitor.come_back({**answer, "code": stolen})) == FAILED


def test_sign_in_that_began_long_ago(
    visitor: Visitor, provider: LyingProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, later = provider.authorize(visitor.start()), time.time() + 901
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: later)
    assert problem_of(visitor.come_back(answer)) == ELSEWHERE


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)",
        "imports",        "/%2F%2Fevil.example", "/@evil.example", "/imports#x", "/imports\r\nSet-Cookie: a=b",
        "/api/identity/oidc/start",        "/" + "x" * 600, "",
    ],
)  # fmt: skip
def test_nobody_is_led_elsewhere_afterwards(visitor: Visitor, back: str) -> None:
    assert visitor.sign_in(back).headers["Location"] == "/"


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
    "slow": (Reply(200, b"{}" + b" " * 50, pause=0.05), AWAY),
}


@pytest.mark.parametrize(("reply", "code"), BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("path", [DISCOVERY, KEYS, TOKEN, USERINFO])
def test_provider_that_is_not_well(
    visitor: Visitor, engine: Engine, monkeypatch: pytest.MonkeyPatch, path: str, reply: Reply, code: str
) -> None:
    monkeypatch.setattr(exchange, "TOTAL_SECONDS", 0.3)
    lies = visitor.provider.lies
    lies.replies[path] = reply
    lies.claims = {"groups": GONE}
    before, began = rows(engine), time.monotonic()
    came = visitor.door.send("GET", "/api/identity/oidc/start") if path == DISCOVERY else visitor.sign_in()
    assert problem_of(came) == code
    assert time.monotonic() - began < 3
    assert rows(engine) == before


def test_provider_that_is_not_there(make_visitor: MakeVisitor, provider: LyingProvider) -> None:
    visitor = make_visitor(oidc_issuer="http://127.0.0.1:1")
    began = time.monotonic()
    for _ in range(3):
        assert problem_of(visitor.door.send("GET", "/api/identity/oidc/start")) == AWAY
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("body", [{"error": "invalid_grant"}, {"error": 7}, {"error_description": "x"}])
def test_token_is_refused(visitor: Visitor, provider: LyingProvider, status: int, body: dict[str, Any]) -> None:
    provider.lies.replies[TOKEN] = Reply.of(body, status)
    assert problem_of(visitor.sign_in()) == FAILED


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


@pytest.mark.parametrize("metadata", METADATA.values(), ids=METADATA.keys())
def test_descriptions_that_lead_astray(visitor: Visitor, provider: LyingProvider, metadata: dict[str, Any]) -> None:
    provider.lies.metadata = metadata
    assert problem_of(visitor.door.send("GET", "/api/identity/oidc/start")) == FAILED


KEY_SETS: dict[str, Callable[[LyingProvider], list[Any]]] = {
    "none": lambda _: [],
    "of somebody else": lambda _: [new_key("other").as_dict()],
    "for encryption": lambda provider: [provider.key.as_dict(use="enc")],
    "a shared secret": lambda _: [{"kty": "oct", "kid": "k1", "k": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"}],
    "of a kind to come": lambda _: [{"kty": "AKP", "kid": "k1", "pub": "x"}],
    "no objects": lambda _: [None, 7, "k1", []],
    "broken": lambda _: [{"kty": "RSA", "kid": "k1", "n": "!", "e": 7}],
}


@pytest.mark.parametrize("keys", KEY_SETS.values(), ids=KEY_SETS.keys())
def test_keys_that_are_none(visitor: Visitor, provider: LyingProvider, keys: Callable[[LyingProvider], Any]) -> None:
    provider.lies.keys = keys(provider)
    assert problem_of(visitor.sign_in()) == FAILED


def test_userinfo_of_somebody_else(visitor: Visitor, provider: LyingProvider) -> None:
    provider.lies.claims, provider.lies.userinfo = {"groups": GONE}, {"sub": "1", "groups": ["it"]}
    assert problem_of(visitor.sign_in()) == FAILED


def test_address_that_is_not_verified_matches_nobody(visitor: Visitor, provider: LyingProvider, engine: Engine) -> None:
    provider.person |= {"preferred_username": "", "email": "admin", "email_verified": False}
    visitor.sign_in()
    found = visitor.me() or {}
    assert found["name"].startswith("user-")
    assert found["role"] == "editor"


def test_log_says_what_was_wrong_and_no_secret(
    visitor: Visitor, provider: LyingProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    provider.lies.claims = {"aud": "other"}
    answer = provider.authorize(visitor.start())
    visitor.come_back(answer)
    provider.lies.claims = {}
    visitor.sign_in()
    said = caplog.text
    assert "oidc_failed" in said
    assert "aud" in said
    for secret in (answer["code"], answer["state"], "secret of the client", "access-", visitor.session, visitor.kept):
        assert secret not in said
