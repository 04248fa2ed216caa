"""The provider as it describes itself: where its calls are, and the keys under which it signs; both are remembered."""

import contextlib
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, RSAKey, import_key

from identity.oidc.exchange import Exchange, away
from identity.problems import OIDC_FAILED
from stackroom_kit.problems import Problem

logger = logging.getLogger(__name__)
REMEMBERED_SECONDS = 3600.0
PAUSE_SECONDS = 5.0  # after a description that could not be had, so that not everybody waits for it in turn
NEW_KEYS_SECONDS = 30.0  # between two looks for a key that is unknown, since anybody can make one up
TURN_SECONDS = 0.25
MAX_KEYS = 100
MIN_RSA_BITS = 2048
ALGORITHMS = frozenset(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512))
_ADDRESS = re.compile(r"(https?)://[^\s/?#@\\]+(?:[/?][\x21-\x7e]*)?", re.ASCII)


class Metadata(msgspec.Struct, frozen=True):
    """What we need of OpenID Connect Discovery, under its own names."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False

    @property
    def algorithms(self) -> tuple[str, ...]:
        """Those of public keys alone: with ``none`` or a shared secret anybody could sign."""
        return tuple(name for name in self.id_token_signing_alg_values_supported if name in ALGORITHMS)

    @property
    def addresses(self) -> Iterator[tuple[str, str]]:
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            yield name, getattr(self, name)
        for name in ("userinfo_endpoint", "end_session_endpoint"):
            if getattr(self, name) is not None:
                yield name, getattr(self, name)


def checked_metadata(found: dict[str, Any], issuer: str) -> Metadata:
    """Problem 400 where it is another provider's, or leads to addresses of a weaker kind than its own."""
    try:
        metadata = msgspec.convert(found, Metadata)
    except msgspec.ValidationError as error:
        raise OIDC_FAILED(f"The description of the provider is wrong: {error}.") from None
    if metadata.issuer != issuer:
        raise OIDC_FAILED(f"The provider calls itself {metadata.issuer[:200]!r}, and OIDC_ISSUER is {issuer!r}.")
    for name, address in metadata.addresses:
        scheme = _ADDRESS.fullmatch(address)
        if not scheme or (scheme[1] == "http" and not issuer.startswith("http:")):
            raise OIDC_FAILED(f"The provider's {name} is no address that may be used.")
    if not metadata.algorithms:
        raise OIDC_FAILED(f"The provider signs by none of {', '.join(sorted(ALGORITHMS))}.")
    return metadata


def usable_keys(found: dict[str, Any]) -> dict[str | None, Key]:
    """By their ids. What is no public key for signatures, or of a kind that we do not know, is left out."""
    listed = found.get("keys")
    if not isinstance(listed, list):
        raise OIDC_FAILED("The provider's keys are no list.")
    keys = [key for one in listed[:MAX_KEYS] if (key := _usable(one)) is not None]
    by_id = {key.kid: key for key in keys}
    return {None: keys[0], **by_id} if len(keys) == 1 else {kid: key for kid, key in by_id.items() if kid is not None}


def _usable(one: Any) -> Key | None:
    if not isinstance(one, dict) or one.get("kty") not in ("RSA", "EC") or one.get("use", "sig") != "sig":
        return None
    try:
        key = import_key(
            {name: value for name, value in one.items() if name in {"kty", "kid", "alg", "n", "e", "crv", "x", "y"}}
        )
        raw: Any = key.public_key
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key if isinstance(key, ECKey) or (isinstance(key, RSAKey) and raw.key_size >= MIN_RSA_BITS) else None


class Provider:
    """``at_once`` requests of a process may wait for it, so that the others go on where it is slow."""

    def __init__(
        self, issuer: str, exchange: Exchange, at_once: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.issuer, self.exchange, self._clock = issuer, exchange, clock
        self._turns, self._lock = threading.Semaphore(at_once), threading.Lock()
        self._metadata: Metadata | None = None
        self._keys: dict[str | None, Key] = {}
        self._read_at = self._failed_at = self._keys_at = self._looked_at = float("-inf")

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """For whoever may have to ask the provider. Problem 503 where too many do."""
        if not self._turns.acquire(timeout=TURN_SECONDS):
            raise away("too many wait for it")
        try:
            yield
        finally:
            self._turns.release()

    def is_there(self) -> bool:
        """Whether it describes itself now: nobody is sent to where nobody answers."""
        try:
            with self.turn():
                self.metadata(0)
        except Problem as problem:
            logger.warning("nobody is sent to the provider: %s", problem.detail)
            return False
        return True

    def metadata(self, most_seconds: float = REMEMBERED_SECONDS) -> Metadata:
        """No older than that. Problem 503 or 400, for some seconds the one that was found before."""
        with self._lock:
            if self._metadata is None or self._is_over(self._read_at, most_seconds):
                if not self._is_over(self._failed_at, PAUSE_SECONDS):
                    raise away("its description could not be had a moment ago")
                self._metadata = self._described()
            return self._metadata

    def _described(self) -> Metadata:
        try:
            found = self.exchange.get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            metadata = checked_metadata(found, self.issuer)
        except Problem:
            self._failed_at = self._clock()
            raise
        self._read_at = self._clock()
        return metadata

    def key(self, key_id: str | None) -> Key:
        """Of a signature. Keys are asked for again where this one is unknown, since a provider changes them."""
        address = self.metadata().jwks_uri
        with self._lock:
            if self._is_over(self._keys_at, REMEMBERED_SECONDS):
                self._read_keys(address)
            if key_id not in self._keys and self._is_over(self._looked_at, NEW_KEYS_SECONDS):
                self._looked_at = self._clock()
                self._read_keys(address)
            if key_id not in self._keys:
                raise OIDC_FAILED("It is signed with a key that the provider does not have.")
            return self._keys[key_id]

    def _read_keys(self, address: str) -> None:
        self._keys = usable_keys(self.exchange.get(address))
        self._keys_at = self._clock()

    def _is_over(self, since: float, seconds: float) -> bool:
        return self._clock() - since >= seconds
