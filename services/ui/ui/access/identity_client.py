"""What the gateway asks identity, in its own name; no wait of it is without end, whatever becomes of identity."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from stackroom_kit.actor import ACTOR_REFUSED, CREDENTIAL_PROBLEMS, INVALID_TOKEN, UNKNOWN_TOKEN, Actor
from stackroom_kit.problems import Problem
from ui.access.answer_cache import Answer
from ui.access.credentials import Credential
from ui.access.current import current_actor, set_actor
from ui.proxy.upstream import ASK_SECONDS, Upstream

TARGET = "/internal/authenticate"
GATEWAY = Actor("gateway", "gateway", "service", rights=("service",))
REFUSALS = {kind.code: kind for kind in CREDENTIAL_PROBLEMS}
KNOWN_SECONDS = 1.0  # that somebody waits who could go on without an answer
STRANGERS_AT_ONCE = 16  # of one process, so that a flood of them leaves room for who is known
STRANGER_WAIT_SECONDS = 2.0  # for a place among them
PAUSE_SECONDS = 0.5  # between two looks whether identity is back
Work = Callable[[], object]


class IdentityAwayError(Exception):
    """Nobody can say who it is."""


def _start_thread(work: Work) -> None:
    """A greenlet in the gateway's server."""
    threading.Thread(target=work, daemon=True).start()


class IdentityClient:
    """``is_away``: the last question was not answered, or late. ``start`` does something in the background."""

    def __init__(
        self,
        identity: Upstream,
        clock: Callable[[], float] = time.monotonic,
        start: Callable[[Work], None] = _start_thread,
    ) -> None:
        self._identity, self._clock, self._start = identity, clock, start
        self._strangers = threading.Semaphore(STRANGERS_AT_ONCE)
        self._looked_at, self._is_looking = 0.0, False
        self.is_away = False

    def ask(self, credential: Credential, is_known: bool) -> Answer:
        """Who it is, or why nobody is. IdentityAwayError, after KNOWN_SECONDS for who is known."""
        if is_known:
            return self._answer(credential, KNOWN_SECONDS)
        with self._place():
            return self._answer(credential, ASK_SECONDS)

    def look_again(self, ask: Work) -> None:
        """Find out by ``ask`` whether identity is back: in the background, one question at a time."""
        if self._is_looking or self._clock() - self._looked_at < PAUSE_SECONDS:
            return
        self._is_looking = True

        def look() -> None:
            try:
                ask()
            finally:
                self._looked_at, self._is_looking = self._clock(), False

        self.in_background(look)

    def in_background(self, ask: Work) -> None:
        """Nobody waits for it, so nobody is told that identity is away."""

        def work() -> None:
            with contextlib.suppress(IdentityAwayError):
                ask()

        self._start(work)

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        """One of STRANGERS_AT_ONCE. While identity is away nobody waits for one."""
        if not self._strangers.acquire(timeout=0 if self.is_away else STRANGER_WAIT_SECONDS):
            raise IdentityAwayError
        try:
            yield
        finally:
            self._strangers.release()

    def _answer(self, credential: Credential, seconds: float) -> Answer:
        asked_at = self._clock()
        try:
            answer = _answer_of(*self._post(credential, seconds))
        except (Problem, msgspec.ValidationError, IdentityAwayError) as error:
            self.is_away, self._looked_at = True, self._clock()
            raise IdentityAwayError from error
        self.is_away = self._clock() - asked_at > KNOWN_SECONDS
        return answer

    def _post(self, credential: Credential, seconds: float) -> tuple[int, dict[str, Any]]:
        before = current_actor()
        set_actor(GATEWAY)
        try:
            return self._identity.ask_json(TARGET, credential._asdict(), seconds)
        finally:
            set_actor(before)


def _answer_of(status: int, body: dict[str, Any]) -> Answer:
    """Only a plain yes or no is one: whatever else there is, nobody is signed out for it."""
    if status == 200:
        return msgspec.convert(body, Actor)
    if status == 401 and body.get("code") != ACTOR_REFUSED.code:
        kind = REFUSALS.get(str(body.get("code")), UNKNOWN_TOKEN)
        return kind(str(body.get("detail", "")), headers=INVALID_TOKEN)
    raise IdentityAwayError
