"""The whole stack with AUTH=on, which all files of this folder share."""

from collections.abc import Iterator

import pytest

from deploy.local.postgres_server import PostgresServer
from deploy.local.redis_server import RedisServer
from tests.support.identity.provider import LyingProvider, running_provider
from tests.support.identity.sign_on import sign_on_environ
from tests.support.servers.embedded import fresh_database, fresh_redis
from tests.support.stacks.guarded import GuardedStack, running_guarded_stack


@pytest.fixture(scope="session")
def provider() -> Iterator[LyingProvider]:
    with running_provider() as running:
        yield running


@pytest.fixture(scope="session")
def stack(
    postgres_server: PostgresServer,
    tables: str,
    redis_server: RedisServer,
    tmp_path_factory: pytest.TempPathFactory,
    provider: LyingProvider,
) -> Iterator[GuardedStack]:
    folder, broker, sign_on = tmp_path_factory.mktemp("guarded"), fresh_redis(redis_server), sign_on_environ(provider)
    with (
        fresh_database(postgres_server, tables) as uri,
        running_guarded_stack(folder, uri, broker, sign_on) as running,
    ):
        yield running
