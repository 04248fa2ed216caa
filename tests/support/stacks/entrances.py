"""Two gateways with AUTH=on before catalog and identity, each to be killed, paused and started again."""

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

import requests
from argon2 import Parameters
from sqlalchemy import Engine, create_engine, text

from deploy.local.ports import LOOPBACK, free_port
from identity import users
from identity.passwords import Passwords
from stackroom_kit.rights import ROLES
from tests.support.identity.settings import ACTOR_KEY, CHEAP, PEPPER
from tests.support.servers.processes import python, stop_all
from tests.support.servers.services import is_ready
from tests.support.servers.tcp_proxy import TCPProxy
from tests.support.stacks.guarded import PASSWORD
from tests.support.stacks.importer import Part, gunicorn

GATEWAYS = ("gateway-1", "gateway-2")
GATEWAY = python("-m", "gunicorn", "-c", "python:ui.server.gunicorn_conf", "ui.wsgi:app")


class Entrances:
    """``urls`` are those of the gateways. Identity reaches its database through ``proxy``.

    There is a user of each role, who is called so. The gateways believe this machine where it says for whom it calls,
    so that a test can come from many addresses.
    """

    def __init__(self, folder: Path, database_uri: str, parameters: Parameters = CHEAP) -> None:
        self.engine: Engine = create_engine(database_uri, isolation_level="AUTOCOMMIT")
        found = self.engine.url
        self.proxy = TCPProxy(found.port or 5432)
        self._folder, self._who = folder, {
            "AUTH": "on", "ACTOR_KEY": ACTOR_KEY.reveal(), "TOKEN_PEPPERS": PEPPER.reveal(), "WEB_PROCESSES": "1",
            "SERVICE_TOKEN": secrets.token_hex(16), "TRUSTED_PROXIES": LOOPBACK,
        }  # fmt: skip
        self.parts: dict[str, Part] = {}
        self.addresses: dict[str, str] = {}
        through = found.set(port=self.proxy.port).render_as_string(hide_password=False)
        self._add("catalog", gunicorn("catalog.wsgi:app"), SQLALCHEMY_DATABASE_URI=database_uri)
        self._add("identity", gunicorn("identity.wsgi:app"), SQLALCHEMY_DATABASE_URI=through, WEB_PROCESSES="2")
        behind = {"CATALOG_URL": self.addresses["catalog"], "IDENTITY_URL": self.addresses["identity"]}
        for name in GATEWAYS:
            self._add(name, GATEWAY, **behind)
        self._make_users(parameters)

    def _add(self, name: str, command: list[str], **env: str) -> None:
        port = free_port()
        self.addresses[name] = f"http://{LOOPBACK}:{port}"
        own = {"BIND": f"{LOOPBACK}:{port}", "UI_PORT": str(port)}
        self.parts[name] = Part(name, command, {**self._who, **own, **env}, self._folder / f"{name}.log")

    def _make_users(self, parameters: Parameters) -> None:
        stored = Passwords(1, parameters).hashed(PASSWORD)
        with self.engine.connect() as connection:
            for role in ROLES:
                users.insert(connection, role, None, role, stored)

    @property
    def urls(self) -> list[str]:
        return [self.addresses[name] for name in GATEWAYS]

    @property
    def identity(self) -> Part:
        return self.parts["identity"]

    def start(self) -> None:
        for part in self.parts.values():
            part.start()
        self.wait_ready()

    def wait_ready(self) -> None:
        for name, part in self.parts.items():
            path = "/api/health" if name in GATEWAYS else "/health/ready"
            part.running.wait_ready(lambda url=self.addresses[name], path=path: is_ready(url, path))  # type: ignore[misc]

    def stop(self) -> None:
        stop_all(part.process for part in self.parts.values() if part.process is not None)
        self.proxy.end()
        self.engine.dispose()

    def sign_in(self, name: str, address: str = "10.7.0.1") -> requests.Session:
        session = requests.Session()
        session.headers["X-Forwarded-For"] = address
        body = {"name": name, "password": PASSWORD}
        answer = session.post(f"{self.urls[0]}/api/identity/session", json=body, timeout=20)
        assert answer.status_code == 200, answer.text
        return session

    def scalar(self, query: str) -> int:
        with self.engine.connect() as connection:
            found: int = connection.execute(text(query)).scalar_one()
            return found


@contextlib.contextmanager
def running_entrances(folder: Path, database_uri: str, parameters: Parameters = CHEAP) -> Iterator[Entrances]:
    """On a database with empty tables."""
    entrances = Entrances(folder, database_uri, parameters)
    try:
        entrances.start()
        yield entrances
    finally:
        entrances.stop()
