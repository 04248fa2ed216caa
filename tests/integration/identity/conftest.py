"""Identity on a real PostgreSQL, with one user of each role."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, create_engine, text

from identity.passwords import Passwords
from stackroom_kit.rights import ROLES
from tests.support.identity.door import PASSWORD, Door
from tests.support.identity.settings import CHEAP

TABLES = ", ".join(
    f"identity.{name}" for name in ("users", "link", "sign_in_try", "session", "token", "known_network", "device")
)


@pytest.fixture(scope="module")
def uri(make_migrated: Callable[[], str]) -> str:
    return make_migrated()


@pytest.fixture(scope="module")
def engine(uri: str) -> Iterator[Engine]:
    made = create_engine(uri, isolation_level="AUTOCOMMIT")
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def module_door(uri: str) -> Door:
    return Door.to(uri)


@pytest.fixture
def door(module_door: Door, engine: Engine) -> Door:
    """The tables hold four users, called after their roles, and nothing else."""
    stored = Passwords(1, CHEAP).hashed(PASSWORD)
    with engine.connect() as connection:
        connection.execute(text(f"TRUNCATE {TABLES}"))
        for role in ROLES:
            given = {"name": role, "stored": stored}
            connection.execute(
                text("INSERT INTO identity.users (name, role, password_hash) VALUES (:name, :name, :stored)"), given
            )
    return module_door
