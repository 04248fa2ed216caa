"""Who shows this session or token: asked of identity, remembered for a moment, and a little longer while it is away."""

import time
from collections.abc import Callable
from concurrent.futures import Future

import msgspec

from stackroom_kit.actor import ANONYMOUS, Actor, malformed_token
from stackroom_kit.rights import Role, rights_of
from stackroom_kit.token_form import API_TOKEN
from ui.access.answer_cache import Answer, AnswerCache, CachedAnswer
from ui.access.credentials import Credential
from ui.access.identity_client import IdentityAwayError, IdentityClient
from ui.problems import IDENTITY_UNAVAILABLE
from ui.proxy.upstream import ASK_SECONDS

FRESH_SECONDS = 1.0  # so long a right that was taken away may still be used
EARLY_SECONDS = 0.7  # after which it is asked again in the background: who calls all the time never waits for identity
AWAY_SECONDS = 60.0  # so much longer while identity does not answer
MAX_KNOWN = 10_000
MAX_REFUSED = 1_000  # apart from those who are known, whom a flood of others must not push out


class Authenticator:
    """``anonymous`` is what somebody may do who shows nothing; None for nothing."""

    def __init__(
        self, identity: IdentityClient, anonymous: Role | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._identity, self._anonymous, self._clock = identity, anonymous, clock
        self._known, self._refused = AnswerCache(MAX_KNOWN), AnswerCache(MAX_REFUSED)
        self._open: dict[bytes, Future[Answer]] = {}

    def actor_of(self, credential: Credential) -> Actor:
        """An anonymous one of a session that is over. Problem 401 for a refused token, 503 where nobody can tell."""
        if credential.is_empty:
            return self._nobody(credential.address)
        answer = self._answer(credential)
        if isinstance(answer, Actor):
            return answer
        if credential.session:
            return self._nobody(credential.address)
        raise answer.with_traceback(None)  # it is raised again and again, and would collect the frames of all

    def _nobody(self, address: str) -> Actor:
        role = self._anonymous
        rights = rights_of(role) if role else ()
        return msgspec.structs.replace(ANONYMOUS, role=role or "", rights=rights, address=address)

    def _answer(self, credential: Credential) -> Answer:
        key, now = credential.key, self._clock()
        known = self._known.get(key)
        cached = known or self._refused.get(key)
        if cached is not None and now - cached.asked_at < FRESH_SECONDS:
            if known is not None and now - known.asked_at > EARLY_SECONDS:
                self._ask_early(key, credential)
            return cached.answer
        if known is not None and now - known.asked_at < FRESH_SECONDS + AWAY_SECONDS:
            return self._answer_for_known(key, credential, known.answer)
        if credential.token and API_TOKEN.key_of(credential.token) is None:
            return malformed_token()
        try:
            return self._ask(key, credential, is_known=False)
        except IdentityAwayError:
            raise IDENTITY_UNAVAILABLE("Nobody can say who you are now; try again.") from None

    def _ask_early(self, key: bytes, credential: Credential) -> None:
        if key not in self._open and not self._identity.is_away:
            self._identity.in_background(lambda: self._ask(key, credential, is_known=True))

    def _answer_for_known(self, key: bytes, credential: Credential, before: Answer) -> Answer:
        """The same as before, where identity is away."""
        if self._identity.is_away:
            self._identity.look_again(lambda: self._ask(key, credential, is_known=False))
            return before
        try:
            return self._ask(key, credential, is_known=True)
        except IdentityAwayError:
            return before

    def _ask(self, key: bytes, credential: Credential, is_known: bool) -> Answer:
        """Of many requests with the same credential one asks for all. IdentityAwayError."""
        mine: Future[Answer] = Future()
        first = self._open.setdefault(key, mine)
        if first is not mine:
            return _result(first)
        try:
            mine.set_result(self._ask_identity(key, credential, is_known))
        except BaseException as error:
            mine.set_exception(error)
            raise
        finally:
            del self._open[key]
        return mine.result()

    def _ask_identity(self, key: bytes, credential: Credential, is_known: bool) -> Answer:
        asked_at = self._clock()
        answer = self._identity.ask(credential, is_known)
        place, other = (self._known, self._refused) if isinstance(answer, Actor) else (self._refused, self._known)
        place.put(key, CachedAnswer(answer, asked_at))
        other.forget(key)
        return answer


def _result(first: "Future[Answer]") -> Answer:
    """Of who asked first. IdentityAwayError."""
    try:
        return first.result(ASK_SECONDS)
    except TimeoutError:
        raise IdentityAwayError from None
