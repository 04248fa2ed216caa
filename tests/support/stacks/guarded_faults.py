"""The stack of the faults with AUTH=on: identity is one more process that dies, and clients show tokens."""

import secrets
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine

from deploy.local.ports import LOOPBACK, free_port
from identity import tokens, users
from identity.migrate import migrate as migrate_identity
from identity.passwords import Passwords
from identity.tokens import Wanted
from stackroom_kit.peppers import Peppers
from stackroom_kit.rights import ROLES, Role, rights_of
from tests.support.identity.settings import ACTOR_KEY, CHEAP, PEPPER
from tests.support.servers.services import is_ready
from tests.support.stacks.faults import FaultStack
from tests.support.stacks.guarded import PASSWORD
from tests.support.stacks.importer import gunicorn

AUTH = {"AUTH": "on", "ACTOR_KEY": ACTOR_KEY.reveal(), "TOKEN_PEPPERS": PEPPER.reveal()}
PEPPERS = Peppers.of(PEPPER, "TOKEN_PEPPERS")
EDITORS = ("operation=load_", "/undo", "/retry", "/cancel")


class GuardedFaultStack(FaultStack):
    """``tokens`` has one of each role; there is a user of each role, who is called so and has PASSWORD.

    What clients send through the gateway carries a token of the least role that may do it.
    """

    def __init__(self, folder: Path, **options: Any) -> None:
        super().__init__(folder, more=AUTH, **options)
        port = free_port()
        self.identity = f"http://{LOOPBACK}:{port}"
        self._add("identity", gunicorn("identity.wsgi:app"), BIND=f"{LOOPBACK}:{port}", WEB_THREADS="4")
        self.gateway_env = {"IDENTITY_URL": self.identity}
        self.tokens: dict[Role, str] = {}

    def start(self) -> None:
        self.start_servers()
        migrate_identity(self.postgres.uri())
        self._make_people()
        self.start_missing()
        self.wait_ready()

    def wait_ready(self) -> None:
        self.parts["identity"].running.wait_ready(lambda: is_ready(self.identity))
        super().wait_ready()

    def _engine(self) -> Engine:
        return create_engine(self.postgres.uri(), isolation_level="AUTOCOMMIT")

    def _make_people(self) -> None:
        stored = Passwords(1, CHEAP).hashed(PASSWORD)
        engine = self._engine()
        with engine.connect() as connection:
            for role in ROLES:
                users.insert(connection, role, None, role, stored)
        engine.dispose()
        self.tokens = {role: self.make_token(role) for role in ROLES}

    def make_token(self, role: Role) -> str:
        """Of the user of this role, with all of its rights."""
        wanted = Wanted(secrets.token_hex(4), list(rights_of(role)), [], 1)
        engine = self._engine()
        with engine.connect() as connection:
            owner = users.find_by_name(connection, role)
            _token, shown = tokens.make(connection, owner.id, wanted, PEPPERS)
        engine.dispose()
        return shown

    def change_token(self, shown: str, change: str) -> None:
        """``change`` is SQL, such as ``revoked_at = now()``."""
        self.execute(f"UPDATE identity.token SET {change} WHERE key = '{shown.split('_')[1]}'")

    def credentials(self, method: str, path: str) -> dict[str, str]:
        if self.client_url == self.url:
            return self.as_gateway(method, path)
        return {"Authorization": f"Bearer {self.tokens[least_role(method, path)]}"}


def least_role(method: str, path: str) -> Role:
    if method == "GET":
        return "reader"
    return "editor" if any(word in path for word in EDITORS) else "operator"
