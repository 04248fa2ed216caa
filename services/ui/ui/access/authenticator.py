"""Who shows this session or token: asked of identity, remembered for a moment, and a little longer while it is away."""

import time
from collections.abc import Callable
from concurrent.futures import Future

import msgspec

from stackroom_kit.actor import ANONYMOUS, Actor, malformed_token
from stackroom_kit.rights import Role, rights_of
from stackroom_kit.token_form import API_TOKEN
from ui.access.credentials import Shown
from ui.access.memory import Answer, Memory, Said
from ui.access.questions import IdentityAwayError, Questions
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
        self, questions: Questions, anonymous: Role | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._questions, self._anonymous, self._clock = questions, anonymous, clock
        self._known, self._refused = Memory(MAX_KNOWN), Memory(MAX_REFUSED)
        self._open: dict[bytes, Future[Said]] = {}

    def actor_of(self, shown: Shown) -> Actor:
        """Nobody, of a session that is over. Problem 401 for a token that is refused, 503 where nobody can tell."""
        if shown.is_nothing:
            return self._nobody(shown.address)
        said = self._said(shown)
        if isinstance(said, Actor):
            return said
        if shown.session:
            return self._nobody(shown.address)
        raise said.with_traceback(None)  # it is raised again and again, and would collect the frames of all

    def _nobody(self, address: str) -> Actor:
        role = self._anonymous
        rights = rights_of(role) if role else ()
        return msgspec.structs.replace(ANONYMOUS, role=role or "", rights=rights, address=address)

    def _said(self, shown: Shown) -> Said:
        key, now = shown.key, self._clock()
        known = self._known.get(key)
        answer = known or self._refused.get(key)
        if answer is not None and now - answer.asked_at < FRESH_SECONDS:
            if known is not None and now - known.asked_at > EARLY_SECONDS:
                self._ask_early(key, shown)
            return answer.said
        if known is not None and now - known.asked_at < FRESH_SECONDS + AWAY_SECONDS:
            return self._said_of_known(key, shown, known.said)
        if shown.token and API_TOKEN.key_of(shown.token) is None:
            return malformed_token()
        try:
            return self._ask(key, shown, is_known=False)
        except IdentityAwayError:
            raise IDENTITY_UNAVAILABLE("Nobody can say who you are now; try again.") from None

    def _ask_early(self, key: bytes, shown: Shown) -> None:
        if key not in self._open and not self._questions.is_away:
            self._questions.in_background(lambda: self._ask(key, shown, is_known=True))

    def _said_of_known(self, key: bytes, shown: Shown, before: Said) -> Said:
        """The same as before, where identity is away."""
        if self._questions.is_away:
            self._questions.look_again(lambda: self._ask(key, shown, is_known=False))
            return before
        try:
            return self._ask(key, shown, is_known=True)
        except IdentityAwayError:
            return before

    def _ask(self, key: bytes, shown: Shown, is_known: bool) -> Said:
        """One of many who show the same asks for all. IdentityAwayError."""
        mine: Future[Said] = Future()
        first = self._open.setdefault(key, mine)
        if first is not mine:
            return _result(first)
        try:
            mine.set_result(self._asked(key, shown, is_known))
        except BaseException as error:
            mine.set_exception(error)
            raise
        finally:
            del self._open[key]
        return mine.result()

    def _asked(self, key: bytes, shown: Shown, is_known: bool) -> Said:
        asked_at = self._clock()
        said = self._questions.ask(shown, is_known)
        place, other = (self._known, self._refused) if isinstance(said, Actor) else (self._refused, self._known)
        place.put(key, Answer(said, asked_at))
        other.forget(key)
        return said


def _result(first: "Future[Said]") -> Said:
    """Of who asked first. IdentityAwayError."""
    try:
        return first.result(ASK_SECONDS)
    except TimeoutError:
        raise IdentityAwayError from None
