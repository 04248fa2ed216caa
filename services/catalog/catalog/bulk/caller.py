"""Who calls, and under which key."""

from flask import request

from catalog.bulk.applied_keys import Key
from stackroom_kit.guard import known_token
from stackroom_kit.idempotency import idempotency_key
from stackroom_kit.problems import Problem, ProblemKind
from stackroom_kit.settings import Secret

PUBLIC, IMPORTER = "public", "importer"
WRONG_SERVICE_TOKEN = ProblemKind(401, "wrong_service_token")
SERVICE_TOKEN_NEEDED = ProblemKind(401, "service_token_needed")
SCHEME = "importer"
SECURITY_SCHEMES = {SCHEME: {"type": "http", "scheme": "bearer", "description": "The service token; others need none."}}
OPTIONAL_TOKEN: tuple[dict[str, list[str]], ...] = ({}, {SCHEME: []})


def caller_scope(token: Secret) -> str:
    """``importer`` for a caller with the service token; Problem 401 for a wrong one."""
    if "Authorization" not in request.headers:
        return PUBLIC
    if known_token([token.reveal().encode()] if token else []) is None:
        raise _unauthorized(WRONG_SERVICE_TOKEN, "The service token is not the one that the catalog knows.")
    return IMPORTER


def require_importer(token: Secret) -> None:
    if caller_scope(token) != IMPORTER:
        raise _unauthorized(SERVICE_TOKEN_NEEDED, "This call is for the importer.")


def _unauthorized(kind: ProblemKind, detail: str) -> Problem:
    return kind(detail, headers={"WWW-Authenticate": "Bearer"})


def request_key(scope: str) -> Key | None:
    """Problem 400 for one that cannot be a key."""
    key = idempotency_key()
    return None if key is None else Key(scope, key)
