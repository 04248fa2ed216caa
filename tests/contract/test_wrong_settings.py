"""Whatever starts by settings says in one line which of them is wrong, and ends: no stack, no secret, no second try."""

from pathlib import Path

import pytest

from deploy.local.ports import LOOPBACK, free_port
from tests.support.servers.processes import Process, python

SHORT = "too-short-to-be-a-secret"
LONG = "0123456789abcdef" * 2
NO_DATABASE = f"postgresql://nobody@{LOOPBACK}:1/none"
GUNICORN = python("-m", "gunicorn", "-c", "python:stackroom_kit.gunicorn_conf")
CATALOG, IDENTITY = [*GUNICORN, "catalog.wsgi:app"], [*GUNICORN, "identity.wsgi:app"]
IMPORTER, WORKER_API = [*GUNICORN, "importer.wsgi:app"], [*GUNICORN, "importer.worker_api.wsgi:app"]
DISPATCHER = python("-m", "importer.dispatcher")
GATEWAY = python("-m", "gunicorn", "-c", "python:ui.server.gunicorn_conf", "ui.wsgi:app")
WORKER = python("-m", "celery", "-A", "worker_cpu.app", "worker")
NO_KEY = "ACTOR_KEY is not set; allowed: keys of at least 32 characters"
SHORT_KEY = "ACTOR_KEY=*** is not allowed; allowed: keys of at least 32 characters"
PEPPERS = (
    "allowed: id:pepper, separated by commas, each of at least 32 characters without spaces, under ids that differ"
)
WELL = {"ACTOR_KEY": LONG, "TOKEN_PEPPERS": LONG}
PROVIDER = {**WELL, "OIDC_ISSUER": "https://login.example", "OIDC_CLIENT_ID": "stackroom"}

CASES: dict[str, tuple[list[str], dict[str, str], str]] = {
    "catalog": (CATALOG, {"AUTH": "on"}, NO_KEY),
    "catalog-level": (CATALOG, {"LOG_LEVEL": "LOUD"}, "LOG_LEVEL='LOUD' is not allowed; allowed: one of DEBUG, INFO, "),
    "importer": (IMPORTER, {"AUTH": "on", "ACTOR_KEY": SHORT}, SHORT_KEY),
    "worker-api": (WORKER_API, {}, "WORKER_TOKEN is not set; allowed: one or more texts, separated by commas"),
    "dispatcher": (DISPATCHER, {"AUTH": "on", "ACTOR_KEY": SHORT}, SHORT_KEY),
    "identity": (IDENTITY, {"ACTOR_KEY": LONG}, f"TOKEN_PEPPERS is not set; {PEPPERS}"),
    "identity-sign-on": (IDENTITY, PROVIDER, "PUBLIC_URL is needed where OIDC_ISSUER is set"),
    "gateway": (GATEWAY, {"AUTH": "on"}, NO_KEY),
    "worker": (WORKER, {"WORKER_API_URL": "ftp://x"}, "WORKER_API_URL='ftp://x' is not allowed; allowed: a URL that "),
}  # fmt: skip


@pytest.mark.parametrize(("command", "settings", "sentence"), CASES.values(), ids=CASES)
def test_wrong_setting_is_said_in_one_line(
    tmp_path: Path, command: list[str], settings: dict[str, str], sentence: str
) -> None:
    address = {"BIND": f"{LOOPBACK}:{free_port()}", "UI_PORT": str(free_port())}
    process = Process(command, tmp_path / "log", {"SQLALCHEMY_DATABASE_URI": NO_DATABASE, **address, **settings})
    try:
        assert process.wait() == 2
    finally:
        process.end()
    (said,) = [line for line in process.output().splitlines() if "Starting gunicorn" not in line]
    assert said.startswith(sentence)
    assert SHORT not in said
