"""The whole stack with AUTH=on as real processes, and people who call it."""

import contextlib
import dataclasses
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import requests
from sqlalchemy import create_engine

from identity import users
from identity.passwords import Passwords
from stackroom_kit.rights import ROLES
from tests.support.gateway.process import running_gateway
from tests.support.identity.settings import ACTOR_KEY, CHEAP, CHEAP_APP, PEPPER
from tests.support.servers.services import running_service
from tests.support.stacks.importer import running_stack

PASSWORD = "correct horse battery"


@dataclasses.dataclass(frozen=True)
class GuardedStack:
    """``url`` is the gateway's; the others are those of services, which no client should reach, and of the database."""

    url: str
    catalog: str
    importer: str
    identity: str
    who: dict[str, str]  # the settings by which all of it knows who calls
    database_uri: str
    worker_api: str

    def sign_in(self, name: str) -> requests.Session:
        session = requests.Session()
        answer = session.post(f"{self.url}/api/identity/session", json={"name": name, "password": PASSWORD}, timeout=20)
        assert answer.status_code == 200, answer.text
        return session

    def token(self, name: str, **wanted: Any) -> str:
        body = {"name": "t", "scopes": ["reader"], **wanted}
        made = self.sign_in(name).post(f"{self.url}/api/identity/tokens", json=body, timeout=20)
        assert made.status_code == 201, made.text
        secret: str = made.json()["secret"]
        return secret


@contextlib.contextmanager
def running_guarded_stack(
    folder: Path,
    database_uri: str,
    broker_url: str,
    of_identity: Mapping[str, str] = MappingProxyType({}),
    **gateway: str,
) -> Iterator[GuardedStack]:
    """On a database with empty tables; there is a user of each role, who is called so.

    ``of_identity`` are settings of that alone.
    """
    _make_users(database_uri)
    who = {"AUTH": "on", "ACTOR_KEY": ACTOR_KEY.reveal(), "TOKEN_PEPPERS": PEPPER.reveal()}
    settings = {"SQLALCHEMY_DATABASE_URI": database_uri, "SERVICE_TOKEN": secrets.token_hex(16), **who}
    media = {"MEDIA_DIR": str(folder / "media")}
    with contextlib.ExitStack() as running:
        catalog, _ = running.enter_context(running_service("catalog.wsgi:app", folder, settings))
        identity, _ = running.enter_context(running_service(CHEAP_APP, folder, {**settings, **of_identity}))
        env = {**settings, "CATALOG_URL": catalog, **media}
        stack = running.enter_context(running_stack(folder, database_uri, broker_url, env=env))
        own = {**who, "IDENTITY_URL": identity, **gateway}
        url, _ = running.enter_context(running_gateway(folder, catalog, stack.url, own))
        yield GuardedStack(url, catalog, stack.url, identity, who, database_uri, stack.worker_api)


def _make_users(database_uri: str) -> None:
    engine, stored = create_engine(database_uri), Passwords(1, CHEAP).hashed(PASSWORD)
    with engine.begin() as connection:
        for role in ROLES:
            users.insert(connection, role, None, role, stored)
    engine.dispose()
