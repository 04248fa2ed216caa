"""Signing out: at the provider as well, and by the provider (back-channel)."""

import hashlib
import time
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from sqlalchemy import Connection, text

from identity import sessions
from identity.oidc.config import OidcConfig
from identity.oidc.flow import Arrived
from identity.oidc.provider import Metadata, Provider
from identity.oidc.sealing import Seal
from identity.oidc.signed import LEEWAY_SECONDS, MAX_SUBJECT, Claims, verified
from identity.problems import OIDC_FAILED
from identity.random_secrets import digest_of

EVENT = "http://schemas.openid.net/event/backchannel-logout"
MAX_AGE_SECONDS = 300  # of a logout token
MAX_HINT = 4096  # characters of an ID token: a longer one makes an address that servers refuse
MAX_SESSION_ID = 255
NOTE = text("UPDATE identity.session SET provider_session = :sid, way_out = :way_out WHERE digest = :digest")
WAY_OUT = text("SELECT way_out FROM identity.session WHERE id = :id")
USE = text("""
INSERT INTO identity.logout_token (digest, expires_at) VALUES (:digest, now() + make_interval(secs => :seconds))
ON CONFLICT (digest) DO NOTHING""")
FORGET = text("DELETE FROM identity.logout_token WHERE expires_at < now()")
# A session of which the provider gave no id is meant wherever its user is.
END = text("""
DELETE FROM identity.session USING identity.login
WHERE login.user_id = session.user_id AND login.issuer = :issuer
  AND (cast(:subject AS text) IS NULL OR login.subject = :subject)
  AND (cast(:sid AS text) IS NULL OR session.provider_session = :sid
    OR (session.provider_session IS NULL AND cast(:subject AS text) IS NOT NULL))
RETURNING session.user_id""")


class WayOut(msgspec.Struct, frozen=True, tag=True):
    """Where somebody signs out at the provider. It is kept sealed: an ID token says much of a person."""

    issuer: str
    address: str
    id_token: str | None


class LogoutToken(msgspec.Struct, frozen=True):
    """``sid`` is one session at the provider, ``sub`` all of a person; one of them is there."""

    jti: str
    sid: str | None
    sub: str | None


def remember(connection: Connection, secret: str, arrived: Arrived, metadata: Metadata, seal: Seal) -> None:
    """With the new session of this secret, how it ends at the provider."""
    sid = arrived.claims.get("sid")
    hint = arrived.id_token if len(arrived.id_token) <= MAX_HINT else None
    address = metadata.end_session_endpoint
    given = {
        "digest": digest_of(secret),
        "sid": sid if isinstance(sid, str) and 0 < len(sid) <= MAX_SESSION_ID else None,
        "way_out": seal.closed(WayOut(metadata.issuer, address, hint)) if address else None,
    }
    connection.execute(NOTE, given)


def continue_at(connection: Connection, session_id: UUID, config: OidcConfig, seal: Seal) -> str | None:
    """The address at which this session is signed out at the provider as well; asks nobody for it."""
    sealed = connection.execute(WAY_OUT, {"id": session_id}).scalar()
    way = seal.opened(sealed, WayOut) if sealed else None
    if way is None or way.issuer != config.issuer:
        return None
    hint = {"id_token_hint": way.id_token} if way.id_token else {}
    query = {**hint, "client_id": config.client_id, "post_logout_redirect_uri": config.after_sign_out}
    return f"{way.address}{'&' if '?' in way.address else '?'}{urlencode(query)}"


def logout_token(shown: str, config: OidcConfig, provider: Provider) -> LogoutToken:
    """Problem 400 for what is no logout token of this provider for us."""
    _, claims = verified(shown, provider, "The logout token")
    for holds, what in _checks(claims, config):
        if not holds:
            raise OIDC_FAILED(f"The logout token is refused: {what}.")
    return LogoutToken(claims["jti"], _text(claims, "sid"), _text(claims, "sub"))


def _checks(claims: Claims, config: OidcConfig) -> list[tuple[bool, str]]:
    audience, events = claims.get("aud"), claims.get("events")
    named = audience if isinstance(audience, list) else [audience]
    return [
        (claims.get("iss") == config.issuer, "iss"),
        (config.client_id in named, "aud"),
        (_is_fresh(claims), "iat or exp"),
        (isinstance(events, dict) and isinstance(events.get(EVENT), dict), "events"),
        ("nonce" not in claims, "nonce"),
        (_text(claims, "jti") is not None, "jti"),
        (all(name not in claims or _text(claims, name) for name in ("sid", "sub")), "sid or sub"),
        ("sid" in claims or "sub" in claims, "sid or sub is missing"),
    ]


def _is_fresh(claims: Claims) -> bool:
    now, made, end = time.time(), claims.get("iat"), claims.get("exp", float("inf"))
    if not isinstance(made, int | float) or not isinstance(end, int | float):
        return False
    return now - MAX_AGE_SECONDS - LEEWAY_SECONDS <= made <= now + LEEWAY_SECONDS and now <= end + LEEWAY_SECONDS


def _text(claims: Claims, name: str) -> str | None:
    found = claims.get(name)
    return found if isinstance(found, str) and 0 < len(found) <= MAX_SUBJECT else None


def end_sessions(connection: Connection, token: LogoutToken, issuer: str) -> int:
    """How many are over. Problem 400 for a token that was used before."""
    connection.execute(FORGET)
    digest = hashlib.sha256(f"{issuer}\n{token.jti}".encode()).digest()
    seconds = MAX_AGE_SECONDS + 2 * LEEWAY_SECONDS
    if not connection.execute(USE, {"digest": digest, "seconds": seconds}).rowcount:
        raise OIDC_FAILED("The logout token was used already.")
    given = {"issuer": issuer, "sid": token.sid, "subject": token.sub}
    user_ids = connection.execute(END, given).scalars().all()
    sessions.forget_allowed_devices(connection, set(user_ids))
    return len(user_ids)
