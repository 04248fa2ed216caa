"""Who calls: the gateway says it in a signed header, and a service believes nothing else.

A signature holds for one request: its method, its target as it goes over the wire, and its request id. It has no clock,
since hosts' clocks differ and bodies take their time; so it does not prevent that somebody inside the private network
sends the very same request again.
"""

import base64
import binascii
import dataclasses
import hashlib
from typing import Any, Literal

import msgspec
from flask import request
from itsdangerous import Signer

from stackroom_kit.common_settings import AuthSettings
from stackroom_kit.problems import Problem, ProblemKind
from stackroom_kit.request_id import HEADER as REQUEST_ID
from stackroom_kit.rights import ROLES, Right
from stackroom_kit.settings import Secret, wrong_secret

HEADER = "X-Stackroom-Actor"
MAX_HEADER = 4096  # characters
MIN_KEY = 32
KEY_SETTING = "ACTOR_KEY"
BEARER = 'Bearer realm="stackroom"'
INVALID_TOKEN = {"WWW-Authenticate": f'{BEARER}, error="invalid_token"'}
ACTOR_REFUSED = ProblemKind(401, "actor_refused")
SIGN_IN_NEEDED = ProblemKind(401, "sign_in_needed")
FORBIDDEN = ProblemKind(403, "forbidden")
SESSION_NEEDED = ProblemKind(403, "session_needed")
# Of a session or a token that is shown.
MALFORMED_TOKEN = ProblemKind(401, "malformed_token")
UNKNOWN_TOKEN = ProblemKind(401, "unknown_token")
TOKEN_EXPIRED = ProblemKind(401, "token_expired")
TOKEN_REVOKED = ProblemKind(401, "token_revoked")
TOKEN_FROM_ELSEWHERE = ProblemKind(401, "token_from_elsewhere")
SESSION_OVER = ProblemKind(401, "session_over")
CREDENTIAL_PROBLEMS = (
    MALFORMED_TOKEN, UNKNOWN_TOKEN, TOKEN_EXPIRED, TOKEN_REVOKED, TOKEN_FROM_ELSEWHERE, SESSION_OVER,
)  # fmt: skip
Kind = Literal["user", "token", "anonymous", "service", "local"]


class Actor(msgspec.Struct, frozen=True):
    """``rights`` are those of this call: a token may have fewer than the role of its owner.

    ``credential`` is the id of the session or token, never its secret. ``address`` is the client's.
    """

    id: str
    name: str
    kind: Kind
    role: str = ""
    rights: tuple[Right, ...] = ()
    credential: str = ""
    address: str = ""

    @property
    def is_somebody(self) -> bool:
        return self.kind != "anonymous"


ANONYMOUS = Actor("", "", "anonymous")
# Where nobody is asked who he is.
LOCAL = Actor("local", "local", "local", ROLES[-1], ROLES)


@dataclasses.dataclass(frozen=True)
class SignedRequest:
    """What a signature holds for. ``target`` is path and query as they go over the wire."""

    method: str
    target: str
    request_id: str

    def bound(self, payload: bytes) -> bytes:
        """No part can hold a line break, so no two requests become the same bytes."""
        return "\n".join((self.method, self.target, self.request_id, "")).encode() + payload


class ActorSigner:
    """``keys`` are separated by commas: the first signs, all are believed, so that a key can be changed."""

    def __init__(self, keys: Secret) -> None:
        named = [key.strip() for key in keys.reveal().split(",") if key.strip()]
        if not named or any(len(key) < MIN_KEY for key in named):
            raise wrong_secret(KEY_SETTING, keys, f"keys of at least {MIN_KEY} characters")
        # itsdangerous takes the newest key last.
        self._signer = Signer(named[::-1], salt=HEADER, key_derivation="hmac", digest_method=hashlib.sha256)

    def signed(self, actor: Actor, to_sign: SignedRequest) -> str:
        """The header's value."""
        payload = base64.urlsafe_b64encode(msgspec.json.encode(actor))
        return f"{payload.decode()}.{self._signer.get_signature(to_sign.bound(payload)).decode()}"

    def verified(self, header: str, to_sign: SignedRequest) -> Actor:
        """Problem 401 for a header that is missing, was made for another request, or by somebody else."""
        payload, _, signature = header.partition(".")
        if not header.isascii() or len(header) > MAX_HEADER:
            raise actor_refused()
        if not self._signer.verify_signature(to_sign.bound(payload.encode()), signature.encode()):
            raise actor_refused()
        try:
            return msgspec.json.decode(base64.urlsafe_b64decode(payload), type=Actor)
        except (binascii.Error, msgspec.DecodeError):
            raise actor_refused() from None


def signer_of(settings: AuthSettings) -> ActorSigner | None:
    """None where nobody is asked. SettingsError where the key is missing or wrong."""
    return ActorSigner(settings.actor_key) if settings.is_auth_on else None


def actor_refused() -> Problem:
    detail = f"The header {HEADER} is missing, or was not signed for this request; calls come through the gateway."
    return ACTOR_REFUSED(detail, headers={"WWW-Authenticate": BEARER})


def malformed_token() -> Problem:
    """Of a text that no token can be: told where it arrives, and no table is asked for it."""
    return MALFORMED_TOKEN("This is no token of Stackroom, or it was not copied whole.", headers=INVALID_TOKEN)


def request_to_sign() -> SignedRequest:
    """Of the request at hand, as a service got it."""
    environ: dict[str, Any] = request.environ
    target = environ.get("RAW_URI") or environ.get("REQUEST_URI") or request.full_path.removesuffix("?")
    return SignedRequest(request.method, target, request.headers.get(REQUEST_ID, ""))
