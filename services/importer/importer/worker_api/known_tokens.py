"""The worker tokens that are valid, as this process last saw them.

All of them are read at once, so that who guesses causes no query of his own, however often he tries.
"""

import time
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Engine

from importer.ledger.worker_tokens import ValidToken, note_seen, valid_tokens
from stackroom_kit.peppers import Peppers
from stackroom_kit.refresh import Refresh
from stackroom_kit.token_form import WORKER_TOKEN

LOOK_SECONDS = 1.0  # for which what was seen holds: so long one that was taken back may still be used
MISS_SECONDS = 0.1  # the same for a key that is not among them: it may have been made this very moment
NOTE_SECONDS = 60.0


class KnownTokens:
    """For the threads of one process."""

    def __init__(self, engine: Engine, peppers: Peppers) -> None:
        self._engine = engine
        self._peppers = peppers
        self._by_key: Mapping[str, ValidToken] = {}
        self._refresh = Refresh(self._look)
        self._noted: dict[UUID, float] = {}  # by the monotonic clock

    def find(self, shown: str) -> ValidToken | None:
        """None for what is no token, is not known, or does not hold any more."""
        key = WORKER_TOKEN.key_of(shown)
        if key is None:
            return None
        found = self._seen(LOOK_SECONDS).get(key) or self._seen(MISS_SECONDS).get(key)
        return found if found and self._peppers.matches(shown, found.pepper_id, found.digest) else None

    def _seen(self, seconds: float) -> Mapping[str, ValidToken]:
        """By key; not older than this, so whoever comes while one thread looks waits for it."""
        self._refresh.if_older(seconds, all_wait=True)
        return self._by_key

    def _look(self) -> None:
        self._by_key = {token.key: token for token in valid_tokens(self._engine)}

    def note(self, token: ValidToken, worker: str, contract: int | None) -> None:
        """That it was used, by whom; at most once a minute."""
        now = time.monotonic()
        if now - self._noted.get(token.id, float("-inf")) > NOTE_SECONDS:
            self._noted[token.id] = now
            note_seen(self._engine, token.id, worker, contract)
