"""ID tokens, keys and claims that lie: each ends at one readable page, and changes nothing."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from joserfc.util import urlsafe_b64encode

from tests.support.identity.provider import CLIENT_ID, CLIENT_SECRET, GONE, LyingProvider, new_key
from tests.support.identity.sign_on import Visitor, problem_of

FAILED = "oidc_failed"
UNCHANGED = pytest.mark.usefixtures("unchanged")


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
    "for another, by us": {"aud": "other", "azp": CLIENT_ID},
    "for others, by us": {"aud": ["other", "more"], "azp": CLIENT_ID},
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


@UNCHANGED
@pytest.mark.parametrize("claims", CLAIMS.values(), ids=CLAIMS.keys())
def test_claims_that_do_not_fit(visitor: Visitor, provider: LyingProvider, claims: dict[str, Any]) -> None:
    provider.lies.claims = claims
    assert problem_of(visitor.sign_in()) == FAILED


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


@UNCHANGED
@pytest.mark.parametrize("sign", SIGNATURES.values(), ids=SIGNATURES.keys())
def test_signatures_that_are_none(
    visitor: Visitor, provider: LyingProvider, sign: Callable[[LyingProvider], Any]
) -> None:
    provider.lies.sign = sign(provider)
    assert problem_of(visitor.sign_in()) == FAILED


KEY_SETS: dict[str, Callable[[LyingProvider], list[Any]]] = {
    "none": lambda _: [],
    "of somebody else": lambda _: [new_key("other").as_dict()],
    "for encryption": lambda provider: [provider.key.as_dict(use="enc")],
    "a shared secret": lambda _: [{"kty": "oct", "kid": "k1", "k": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"}],
    "of a kind to come": lambda _: [{"kty": "AKP", "kid": "k1", "pub": "x"}],
    "no objects": lambda _: [None, 7, "k1", []],
    "broken": lambda _: [{"kty": "RSA", "kid": "k1", "n": "!", "e": 7}],
}


@UNCHANGED
@pytest.mark.parametrize("keys", KEY_SETS.values(), ids=KEY_SETS.keys())
def test_keys_that_are_none(visitor: Visitor, provider: LyingProvider, keys: Callable[[LyingProvider], Any]) -> None:
    provider.lies.keys = keys(provider)
    assert problem_of(visitor.sign_in()) == FAILED


@UNCHANGED
def test_userinfo_of_somebody_else(visitor: Visitor, provider: LyingProvider) -> None:
    provider.lies.claims, provider.lies.userinfo = {"groups": GONE}, {"sub": "1", "groups": ["it"]}
    assert problem_of(visitor.sign_in()) == FAILED


def test_address_that_is_not_verified_matches_nobody(visitor: Visitor, provider: LyingProvider) -> None:
    provider.person |= {"preferred_username": "", "email": "admin", "email_verified": False}
    visitor.sign_in()
    found = visitor.me() or {}
    assert found["name"].startswith("user-")
    assert found["role"] == "editor"
