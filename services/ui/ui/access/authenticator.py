"""Who shows this session or token: asked of identity, remembered for a moment, and a little longer while it is away."""

import dataclasses
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import msgspec

from stackroom_kit.actor import ACTOR_REFUSED, ANONYMOUS, BEARER, CREDENTIAL_PROBLEMS, UNKNOWN_TOKEN, Actor
from stackroom_kit.problems import Problem
from stackroom_kit.rights import Role, rights_of
from ui.access.credentials import Shown
from ui.access.current import current_actor, set_actor
from ui.problems import IDENTITY_UNAVAILABLE
from ui.proxy.upstream import Upstream

FRESH_SECONDS = 1.0  # so long a right that was taken away may still be used
AWAY_SECONDS = 60.0  # so much longer while identity does not answer
MAX_REMEMBERED = 10_000
REFUSALS = {kind.code: kind for kind in CREDENTIAL_PROBLEMS}
INVALID = {"WWW-Authenticate": f'{BEARER}, error="invalid_token"'}
TARGET = "/internal/authenticate"
GATEWAY = Actor("gateway", "gateway", "service", rights=("service",))


@dataclasses.dataclass
class _Remembered:
    """``answer`` is None until identity has said something. Whoever asks holds the lock: one of many asks for all."""

    lock: Any = dataclasses.field(default_factory=threading.Lock)
    answer: Actor | Problem | None = None
    asked_at: float = 0.0

    def is_younger_than(self, seconds: float, now: float) -> bool:
        return self.answer is not None and now - self.asked_at < seconds


class Authenticator:
    """``anonymous`` is what somebody may do who shows nothing; None for nothing."""

    def __init__(
        self, identity: Upstream, anonymous: Role | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._identity, self._anonymous, self._clock = identity, anonymous, clock
        self._remembered: OrderedDict[bytes, _Remembered] = OrderedDict()

    def actor_of(self, shown: Shown) -> Actor:
        """Nobody, of a session that is over. Problem 401 for a token that is refused, 503 where nobody can tell."""
        if shown.is_nothing:
            return self._nobody(shown.address)
        entry = self._entry(shown.key)
        if not entry.is_younger_than(FRESH_SECONDS, self._clock()):
            with entry.lock:
                if not entry.is_younger_than(FRESH_SECONDS, self._clock()):
                    self._ask(entry, shown)
        answer = entry.answer
        if isinstance(answer, Actor):
            return answer
        if shown.session:
            return self._nobody(shown.address)
        assert answer is not None  # noqa: S101 - ``_ask`` has set it, or raised
        raise answer

    def _nobody(self, address: str) -> Actor:
        role = self._anonymous
        rights = rights_of(role) if role else ()
        return msgspec.structs.replace(ANONYMOUS, role=role or "", rights=rights, address=address)

    def _entry(self, key: bytes) -> _Remembered:
        entry = self._remembered.setdefault(key, _Remembered())
        self._remembered.move_to_end(key)
        while len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)
        return entry

    def _ask(self, entry: _Remembered, shown: Shown) -> None:
        asked_at = self._clock()
        try:
            entry.answer = self._said(shown)
        except Problem:
            known = isinstance(entry.answer, Actor)
            if not known or not entry.is_younger_than(FRESH_SECONDS + AWAY_SECONDS, asked_at):
                raise IDENTITY_UNAVAILABLE("Nobody can say who you are now; try again.") from None
            return
        entry.asked_at = asked_at

    def _asked(self, shown: Shown) -> tuple[int, dict[str, Any]]:
        """In the gateway's own name."""
        before = current_actor()
        set_actor(GATEWAY)
        try:
            return self._identity.post_json(TARGET, shown._asdict())
        finally:
            set_actor(before)

    def _said(self, shown: Shown) -> Actor | Problem:
        """Problem 502 to 504 where there is no answer that says who it is or is not."""
        status, body = self._asked(shown)
        if status == 200:
            try:
                return msgspec.convert(body, Actor)
            except msgspec.ValidationError:
                raise self._identity.unreadable() from None
        if status == 401 and body.get("code") != ACTOR_REFUSED.code:
            kind = REFUSALS.get(str(body.get("code")), UNKNOWN_TOKEN)
            return kind(str(body.get("detail", "")), headers=INVALID)
        raise self._identity.unreadable()
