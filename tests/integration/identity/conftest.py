"""Identity on a real PostgreSQL, with one user of each role."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, create_engine, text

from identity.database import make_engine
from identity.passwords import Passwords
from stackroom_kit.rights import ROLES
from tests.support.identity.door import PASSWORD, Door
from tests.support.identity.provider import LyingProvider, running_provider
from tests.support.identity.settings import CHEAP
from tests.support.identity.sign_on import Visitor, sign_on_settings
from tests.support.servers.embedded import emptying

CHANGED = ("users", "login", "session", "logout_token")
COUNTS = "SELECT " + ", ".join(f"(SELECT count(*) FROM identity.{name})" for name in CHANGED)
NAMES = "users", "link", "sign_in_try", "session", "token", "known_network", "device", "login", "logout_token"
TABLES = [f"identity.{name}" for name in NAMES]


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
        connection.execute(text(emptying(*TABLES)))
        for role in ROLES:
            given = {"name": role, "stored": stored}
            connection.execute(
                text("INSERT INTO identity.users (name, role, password_hash) VALUES (:name, :name, :stored)"), given
            )
    return module_door


@pytest.fixture(scope="module")
def module_provider() -> Iterator[LyingProvider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(module_provider: LyingProvider) -> LyingProvider:
    """One that tells the truth."""
    module_provider.reset()
    return module_provider


@pytest.fixture(scope="module")
def shared_engine(uri: str) -> Iterator[Engine]:
    made = make_engine(uri, 4)
    yield made
    made.dispose()


@pytest.fixture
def make_visitor(
    door: Door, uri: str, shared_engine: Engine, provider: LyingProvider, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Visitor]:
    """Of an identity that has not heard of the provider before; all of them speak to one database."""
    monkeypatch.setattr("identity.services.make_engine", lambda *_: shared_engine)
    return lambda **more: Visitor(Door.to(uri, **sign_on_settings(provider, **more)), provider)


@pytest.fixture
def visitor(make_visitor: Callable[..., Visitor]) -> Visitor:
    return make_visitor()


@pytest.fixture
def unchanged(door: Door, engine: Engine) -> Iterator[None]:
    """Whatever the test does, nobody is made, and nobody comes in or goes."""
    before = _counts(engine)
    yield
    assert _counts(engine) == before


def _counts(engine: Engine) -> tuple[int, ...]:
    with engine.connect() as connection:
        return tuple(connection.execute(text(COUNTS)).one())
