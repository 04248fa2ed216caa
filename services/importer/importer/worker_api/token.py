"""Who may call: a worker that shows a token of the setting, or one that was made and not taken back."""

import dataclasses
import hashlib
from collections.abc import Collection

from flask import Flask, current_app, g, request
from sqlalchemy import Engine

from importer.ledger.worker_tokens import ValidToken, is_valid
from importer.worker_api.known_tokens import KnownTokens
from importer.worker_api.problems import QUEUE_NOT_ALLOWED, WORKER_TOKEN_NEEDED
from stackroom_kit.guard import bearer_token, known_token
from stackroom_kit.problems import FieldError, Problem
from stackroom_kit.settings import Secret, wrong_secret
from stackroom_kit.token_form import WORKER_TOKEN

_KEY = "worker_tokens"


@dataclasses.dataclass(frozen=True)
class Bearer:
    """``token_id`` stands for the token in the ledger; ``made`` is None of one of the setting."""

    token_id: str
    made: ValidToken | None = None

    def beyond(self, queues: Collection[str]) -> list[str]:
        """Those that the token is not for. One that names none is for all."""
        named = self.made.queues if self.made else ()
        return [queue for queue in queues if named and queue not in named]


def setting_tokens(setting: Secret) -> list[bytes]:
    """Tokens separated by commas, so that a host's own can be taken away; SettingsError where there is none.

    One that was made is known by its row alone, else nobody could take it back.
    """
    tokens = [token for token in map(str.strip, setting.reveal().split(",")) if token]
    if not tokens:
        raise wrong_secret("WORKER_TOKEN", setting, "one or more texts, separated by commas")
    return [token.encode() for token in tokens if WORKER_TOKEN.key_of(token) is None]


def require_token(app: Flask, setting: Secret, made: KnownTokens | None) -> None:
    """403 without a known token on every call under ``/internal``; the same answer whatever is wrong with it."""
    tokens = setting_tokens(setting)
    app.extensions[_KEY] = made

    def check() -> None:
        if request.path.startswith("/internal/"):
            g.bearer = _bearer(tokens, made)

    app.before_request(check)


def _bearer(tokens: list[bytes], made: KnownTokens | None) -> Bearer:
    offered = known_token(tokens)
    if offered is not None:
        return Bearer(hashlib.sha256(offered.encode()).hexdigest())
    found = made.find(bearer_token()) if made else None
    if found is None:
        raise _unknown()
    return Bearer(str(found.id), found)


def _unknown() -> Problem:
    return WORKER_TOKEN_NEEDED("This API is for workers that carry a known token.")


def bearer() -> Bearer:
    """Of the request at hand."""
    found: Bearer = g.bearer
    return found


def admit(worker: str, queues: Collection[str], contract: int | None = None) -> None:
    """Whoever says to be this worker, and to serve these queues. Problem 403 that names those it may not."""
    made, beyond = bearer().made, bearer().beyond(queues)
    if made is None:
        return
    if beyond:
        errors = [FieldError("", QUEUE_NOT_ALLOWED.code, f"The queue {queue!r} is not named.") for queue in beyond]
        raise QUEUE_NOT_ALLOWED(f"The token {made.name!r} is not for the queues {', '.join(beyond)}.", *errors)
    known: KnownTokens = current_app.extensions[_KEY]
    known.note(made, worker, contract)


def refuse_revoked(engine: Engine) -> None:
    """Before a worker is written into the register: what this process has seen may be older than the taking back.

    Problem 403.
    """
    made = bearer().made
    if made and not is_valid(engine, made.id):
        raise _unknown()
