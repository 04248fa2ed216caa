"""What every Flask service of Stackroom has, installed in one call."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from flask import Flask, Response, request

from stackroom_kit.body_length import register_body_length
from stackroom_kit.common_settings import WebSettings
from stackroom_kit.guard import HOST_PROBLEMS, register_guard
from stackroom_kit.health import Check, register_health
from stackroom_kit.logs import configure_logging
from stackroom_kit.problems import UNEXPECTED, ProblemKind, register_problems
from stackroom_kit.request_id import HEADER as REQUEST_ID
from stackroom_kit.request_id import accepted_or_new, current_request_id, set_request_id

BAD_PATH = ProblemKind(400, "bad_path")
EVERY_CALL = (*UNEXPECTED, *HOST_PROBLEMS, BAD_PATH)


def _take_request_id() -> None:
    set_request_id(accepted_or_new(request.headers.get(REQUEST_ID)))


def _give_request_id(response: Response) -> Response:
    response.headers[REQUEST_ID] = current_request_id()
    return response


def _refuse_bad_path() -> None:
    if "\0" in request.path or "\ufffd" in request.path:
        raise BAD_PATH("The path holds characters that are not allowed.")


def install(
    app: Flask,
    service: str,
    settings: WebSettings,
    checks: Mapping[str, Check],
    longer_bodies: Mapping[str, int] = MappingProxyType({}),
    gzipped_bodies: Collection[str] = (),
) -> None:
    """Logs, request ids, problem+json, the guard, body lengths and health, in the order in which they must act.

    ``longer_bodies``: endpoints whose bodies have a limit of their own instead of ``max_body_bytes``.
    ``gzipped_bodies``: those that take a body with ``Content-Encoding: gzip``.
    """
    configure_logging(settings.log_level, service)
    app.url_map.strict_slashes = False  # both forms of an address are answered, and no redirect is sent
    app.config["SECRET_KEY"] = settings.flask_secret_key.reveal() or None
    app.config["MAX_JSON_BYTES"] = settings.max_json_bytes
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.before_request(_take_request_id)
    app.after_request(_give_request_id)
    register_problems(app)
    if not settings.has_own_guard:
        register_guard(app, settings.trusted_names)
    app.before_request(_refuse_bad_path)
    register_body_length(app, settings.max_body_bytes, longer_bodies, gzipped_bodies)
    register_health(app, checks)
