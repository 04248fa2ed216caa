"""What the provider has signed: ID tokens and logout tokens, of which nothing is believed before all of it fits."""

from typing import Any

import msgspec
from authlib.oidc.core import CodeIDToken
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key

from identity.oidc.provider import Provider
from identity.problems import OIDC_FAILED
from stackroom_kit.problems import Problem
from stackroom_kit.strict_json import StrictJSONError, loads

LEEWAY_SECONDS = 60  # by which two clocks may differ
MAX_HEADER = 4096  # bytes
MAX_SUBJECT = 255  # characters, as the specification has it
Claims = dict[str, Any]
# Whatever joserfc and Authlib meet in what somebody made up.
WRONG = (JoseError, ValueError, TypeError, KeyError, AttributeError)


class Expected(msgspec.Struct, frozen=True):
    """What an ID token has to say, and the access token that came with it."""

    client_id: str
    nonce: str
    access_token: str | None


def wrong(what: str, error: Exception) -> Problem:
    """``error`` may say which claim it is; the token itself is never shown."""
    description = str(getattr(error, "description", "") or "")[:200]
    return OIDC_FAILED(f"{what} is refused: {type(error).__name__} {description}".rstrip())


def verified(token: str, provider: Provider, what: str) -> tuple[dict[str, Any], Claims]:
    """Header and claims of what is signed by a key of the provider. Problem 400 or 503."""

    def key_of(signed: Any) -> Key:
        return provider.key(signed.headers().get("kid"))

    registry = jws.JWSRegistry(algorithms=provider.metadata().algorithms, strict_check_header=False)
    registry.max_header_length = MAX_HEADER
    try:
        found = jws.deserialize_compact(token, key_of, registry=registry)
        claims = loads(found.payload or b"")
    except (*WRONG, StrictJSONError) as error:
        raise wrong(what, error) from None
    if not isinstance(claims, dict):
        raise OIDC_FAILED(f"{what} is no JSON object.")
    return found.headers(), claims


def id_token_claims(token: str, provider: Provider, expected: Expected) -> Claims:
    """Of an ID token that was made for us and for this sign-in. Problem 400 or 503."""
    what = "The ID token"
    header, claims = verified(token, provider, what)
    options = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": expected.client_id},
    }
    params = {"client_id": expected.client_id, "nonce": expected.nonce, "access_token": expected.access_token}
    try:
        CodeIDToken(claims, header, options, params).validate(leeway=LEEWAY_SECONDS)
    except WRONG as error:
        raise wrong(what, error) from None
    if not 0 < len(claims["sub"]) <= MAX_SUBJECT:
        raise OIDC_FAILED(f"{what} has a subject that is empty or too long.")
    return claims
