"""What every part gets to know: the settings of the person, and where the embedded servers are."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from dotenv.parser import Binding, parse_stream

from deploy.local.addresses import listening, listening_parts, port_setting, with_addresses
from deploy.local.database_roles import database_settings, password_files
from deploy.local.errors import LocalError
from deploy.local.home import Home, kept_secret, written_secret
from deploy.local.ports import LOOPBACK, free_port, keep
from deploy.local.postgres_server import PostgresServer
from deploy.local.redis_server import RedisServer
from deploy.local.settings import LocalSettings
from stackroom_kit.common_settings import AuthSettings
from stackroom_kit.settings import read_settings

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
DATABASE_SETTINGS = ("POSTGRES_HOST", "SQLALCHEMY_DATABASE_URI")
ROLE_SETTINGS = (
    "POSTGRES_USER",
    "POSTGRES_PASSWORD",
    "MIGRATION_POSTGRES_USER",
    "MIGRATION_POSTGRES_PASSWORD",
    "MIGRATION_DATABASE_URI",
)
BROKER_SETTINGS = ("CELERY_BROKER_URL",)
# What is made once, where the person names none.
KEPT = (
    "FLASK_SECRET_KEY", "WORKER_TOKEN", "WORKER_TOKEN_PEPPERS", "SERVICE_TOKEN", "ACTOR_KEY", "TOKEN_PEPPERS",
)  # fmt: skip


class EnvFileError(LocalError):
    """One line that names the file, the line and what is wrong."""


def read_env_file(path: Path) -> dict[str, str]:
    """Name to value, with each ``$`` as it stands; nothing when there is no such file. Raises EnvFileError."""
    try:
        with path.open(encoding="utf-8") as file:
            bindings = list(parse_stream(file))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise EnvFileError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return dict(_setting(path, one) for one in bindings if one.error or one.key is not None)


def _setting(path: Path, found: Binding) -> tuple[str, str]:
    if found.error or found.key is None or found.value is None or not NAME.fullmatch(found.key):
        blank = len(found.original.string) - len(found.original.string.lstrip())
        number = found.original.line + found.original.string[:blank].count("\n")
        raise EnvFileError(f"{path.name} line {number} is not NAME=value: {found.original.string.strip()[:40]!r}")
    return found.key, found.value


class Stack(NamedTuple):
    """The environment of every part, and the embedded servers that are needed."""

    environ: dict[str, str]
    postgres: PostgresServer | None
    redis: RedisServer | None
    password_files: Mapping[str, Path]  # of the embedded PostgreSQL's roles

    @property
    def asks_who_calls(self) -> bool:
        return read_settings(AuthSettings, self.environ).is_auth_on

    def of_database(self, *names: str) -> dict[str, str]:
        """As which role this service connects; of a server that the person named, one role does all."""
        settings = database_settings(self.password_files) if self.password_files else {}
        return {name: value for one in names for name, value in settings.get(one, {}).items()}


def settings_of_person(env_file: Path, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment, and under it the ``.env`` file: a variable of the shell wins."""
    return {**read_env_file(env_file), **environ}


def compose_stack(home: Home, given: Mapping[str, str]) -> Stack:
    """Add what the person did not give: addresses, secrets, and embedded servers where none is named."""
    environ = with_addresses(given)
    environ["PYTHONUNBUFFERED"] = "1"
    if not _is_set(environ, "MEDIA_DIR"):
        environ["MEDIA_DIR"] = str(home.folder("media"))
    if read_settings(LocalSettings, environ).reload:
        environ.setdefault("WEB_PROCESSES", "1")  # each loads all code by itself, and somebody waits for it
    keep(_ports_of_parts(environ))
    for name in KEPT:
        if not _is_set(environ, name):
            environ[f"{name}_FILE"] = str(kept_secret(home.folder("secrets"), name))
    postgres = None if _is_set(environ, *DATABASE_SETTINGS) else _postgres(home, environ)
    redis = None if _is_set(environ, *BROKER_SETTINGS) else _redis(home, environ)
    return Stack(environ, postgres, redis, password_files(home) if postgres else {})


def _ports_of_parts(environ: Mapping[str, str]) -> Iterator[int]:
    """Those that services will listen on, so that no server takes one before."""
    return (listening(part, environ).port for part in listening_parts(environ))


def _is_set(environ: Mapping[str, str], *names: str) -> bool:
    return any(environ.get(name) or environ.get(f"{name}_FILE") for name in names)


def _postgres(home: Home, environ: dict[str, str]) -> PostgresServer:
    """An embedded server, and the settings that lead to it but for a role. POSTGRES_PORT fixes its port."""
    password = kept_secret(home.folder("secrets"), "POSTGRES_PASSWORD")
    port = port_setting(environ, "POSTGRES_PORT") or free_port()
    server = PostgresServer(home.folder("postgres") / "data", port, password.read_text(encoding="ascii").strip())
    for name in ROLE_SETTINGS:
        environ.pop(name, None)
        environ.pop(f"{name}_FILE", None)
    environ |= {"POSTGRES_HOST": LOOPBACK, "POSTGRES_PORT": str(port), "POSTGRES_DB": "postgres"}
    return server


def _redis(home: Home, environ: dict[str, str]) -> RedisServer:
    password = kept_secret(home.folder("secrets"), "REDIS_PASSWORD").read_text(encoding="ascii").strip()
    server = RedisServer(home.folder("redis"), free_port(), password)
    environ["CELERY_BROKER_URL_FILE"] = str(written_secret(home.folder("secrets"), "CELERY_BROKER_URL", server.url()))
    return server
