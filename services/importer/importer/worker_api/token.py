"""Who may call: a worker that shows one of the tokens that the importer knows."""

import hashlib

from flask import Flask, g, request

from importer.worker_api.problems import WORKER_TOKEN_NEEDED
from stackroom_kit.guard import known_token
from stackroom_kit.settings import Secret, SettingsError


def known_tokens(setting: Secret) -> list[bytes]:
    """Tokens separated by commas, so that a host's own can be taken away; SettingsError where there is none."""
    tokens = [token.strip().encode() for token in setting.reveal().split(",") if token.strip()]
    if not tokens:
        raise SettingsError("WORKER_TOKEN is not set; allowed: one or more texts, separated by commas")
    return tokens


def require_token(app: Flask, setting: Secret) -> None:
    """403 without a known token on every call under ``/internal``; the same answer whatever is wrong with it."""
    tokens = known_tokens(setting)

    def check() -> None:
        if not request.path.startswith("/internal/"):
            return
        offered = known_token(tokens)
        if offered is None:
            raise WORKER_TOKEN_NEEDED("This API is for workers that carry a known token.")
        g.token_id = hashlib.sha256(offered.encode()).hexdigest()

    app.before_request(check)


def token_id() -> str:
    """Of the token that this request carries: a hash of it, which stands for it in the ledger."""
    found: str = g.token_id
    return found
