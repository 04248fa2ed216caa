"""The authorization code flow with PKCE: what is sent to the provider, and what has to come back."""

import hmac
import secrets
from typing import Any
from urllib.parse import urlencode

import msgspec
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from werkzeug.datastructures import MultiDict

from identity.oidc.config import OidcConfig
from identity.oidc.exchange import away, basic
from identity.oidc.provider import Metadata, Provider
from identity.oidc.signed import Claims, Expected, id_token_claims
from identity.problems import OIDC_DENIED, OIDC_FAILED, OIDC_STARTED_ELSEWHERE
from stackroom_kit.problems import Problem
from stackroom_kit.public_path import own_path

STATE_SECONDS = 900  # for which somebody may be busy at the provider
MAX_ANSWER = 4096  # characters of a code
MAX_TOKEN = 128 * 1024
NOT_PAGES, MAX_BACK = "/api/", 500
DENIED = frozenset(
    {"access_denied", "login_required", "interaction_required", "consent_required", "account_selection_required"}
)
AWAY = frozenset({"temporarily_unavailable", "server_error"})


class Started(msgspec.Struct, frozen=True, tag=True):
    """A sign-in that is on its way; only the browser that began it has this, sealed in a cookie."""

    state: str
    nonce: str
    verifier: str
    next: str


class Arrived(msgspec.Struct, frozen=True):
    """Who came back, and the ID token as it came."""

    claims: Claims
    id_token: str


class CallbackAnswer(msgspec.Struct, frozen=True):
    """The query with which the provider sends the browser back; empty texts for what is missing."""

    state: str = ""
    code: str = ""
    iss: str = ""
    error: str = ""


def back_path(offered: str) -> str:
    """The first page for what is no page of ours. To come back to the start would lead round and round."""
    is_page = len(offered) <= MAX_BACK and not offered.startswith(NOT_PAGES)
    return own_path(offered) if is_page else "/"


def callback_answer(args: MultiDict[str, str]) -> CallbackAnswer:
    """Problem 400 where something stands twice: nobody knows which of both is meant."""
    names = CallbackAnswer.__struct_fields__
    for name in names:
        if len(args.getlist(name)) > 1:
            raise OIDC_FAILED(f"The answer has {name} twice.")
    return CallbackAnswer(**{name: args.get(name, "") for name in names})


def begin(config: OidcConfig, metadata: Metadata, back: str) -> tuple[Started, str]:
    """What the browser has to keep, and the address at the provider."""
    started = Started(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), back)
    query = {
        "response_type": "code",
        "client_id": config.client_id,
        "redirect_uri": config.redirect_uri,
        "scope": config.scopes,
        "state": started.state,
        "nonce": started.nonce,
        "code_challenge": create_s256_code_challenge(started.verifier),
        "code_challenge_method": "S256",
    }
    address = metadata.authorization_endpoint
    return started, f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


def check_state(started: Started | None, answer: CallbackAnswer) -> Started:
    """Problem 400 where this browser has not begun the sign-in that is answered."""
    if started is None or not hmac.compare_digest(started.state.encode(), answer.state.encode("utf-8", "replace")):
        raise OIDC_STARTED_ELSEWHERE("This browser began no such sign-in, or too long ago; start again.")
    return started


def check_answer(answer: CallbackAnswer, metadata: Metadata) -> None:
    """Problem where another provider answers (RFC 9207), where it says no, or where there is no code."""
    if answer.iss != metadata.issuer and (answer.iss or metadata.authorization_response_iss_parameter_supported):
        raise OIDC_FAILED("The answer does not come from the provider that was asked (iss).")
    if answer.error:
        raise _refused(answer.error)
    if not answer.code or len(answer.code) > MAX_ANSWER:
        raise OIDC_FAILED("The answer has no code.")


def _refused(error: str) -> Problem:
    shown = error[:60] if error.isascii() and error.isprintable() else "?"
    if error in DENIED:
        return OIDC_DENIED(f"The provider said {shown}.")
    return away(f"it said {shown}") if error in AWAY else OIDC_FAILED(f"The provider said {shown}.")


def arrive(config: OidcConfig, provider: Provider, started: Started, code: str) -> Arrived:
    """Who it is, by the token for the code. Problem 400 or 503."""
    metadata = provider.metadata()
    tokens = _tokens(config, provider, metadata, started, code)
    id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
    if not isinstance(id_token, str) or len(id_token) > MAX_TOKEN:
        raise OIDC_FAILED("The provider gave no ID token.")
    if not isinstance(access_token, str) or not access_token.isascii() or not access_token.isprintable():
        access_token = None
    claims = id_token_claims(id_token, provider, Expected(config.client_id, started.nonce, access_token))
    return Arrived(_with_userinfo(claims, config, provider, metadata, access_token), id_token)


def _tokens(config: OidcConfig, provider: Provider, metadata: Metadata, started: Started, code: str) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": config.redirect_uri,
        "code_verifier": started.verifier,
    }
    secret, headers = config.client_secret.reveal(), {}
    ways = metadata.token_endpoint_auth_methods_supported
    if secret and ("client_secret_basic" in ways or "client_secret_post" not in ways):
        headers = basic(config.client_id, secret)
    else:
        form |= {"client_id": config.client_id, **({"client_secret": secret} if secret else {})}
    status, answer = provider.exchange.post(metadata.token_endpoint, form, headers)
    if status != 200:
        raise _refused(str(answer.get("error", status)))
    return answer


def _with_userinfo(
    claims: Claims, config: OidcConfig, provider: Provider, metadata: Metadata, access_token: str | None
) -> Claims:
    """Some providers say who somebody is in the ID token, others only where they are asked for it."""
    wanted = ("preferred_username", *((config.groups_claim,) if config.roles else ()))
    if all(name in claims for name in wanted) or not (metadata.userinfo_endpoint and access_token):
        return claims
    found = provider.exchange.get(metadata.userinfo_endpoint, {"Authorization": f"Bearer {access_token}"})
    if found.get("sub") != claims["sub"]:
        raise OIDC_FAILED("The provider tells of somebody else than the ID token (sub).")
    return {**found, **claims}
