"""The whole stack with AUTH=on, which all files of this folder share."""

from collections.abc import Iterator

import pytest

from deploy.local.postgres_server import PostgresServer
from deploy.local.redis_server import RedisServer
from tests.support.servers.embedded import fresh_database, fresh_redis
from tests.support.stacks.guarded import GuardedStack, running_guarded_stack


@pytest.fixture(scope="session")
def stack(
    postgres_server: PostgresServer,
    tables: str,
    redis_server: RedisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[GuardedStack]:
    with (
        fresh_database(postgres_server, tables) as uri,
        running_guarded_stack(tmp_path_factory.mktemp("guarded"), uri, fresh_redis(redis_server)) as running,
    ):
        yield running
