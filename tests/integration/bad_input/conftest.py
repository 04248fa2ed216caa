"""Two stacks for all files here: one that computes in the request, and an importer alone, whose memory is watched."""

from collections.abc import Iterator

import pytest

from deploy.local.postgres_server import PostgresServer
from deploy.local.redis_server import RedisServer
from tests.support.servers.embedded import fresh_database, fresh_redis
from tests.support.stacks.alone import ImporterAlone, running_importer_alone
from tests.support.stacks.eager import BATCHES, CSV, LIMITS, EagerStack, running_eager_stack
from tests.support.waiting import wait_until

GOOD = b"id,payload\n1,a\n"


@pytest.fixture(scope="session")
def stack(
    postgres_server: PostgresServer, tables: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EagerStack]:
    """With a few groups and a type in its register."""
    with (
        fresh_database(postgres_server, tables) as uri,
        running_eager_stack(tmp_path_factory.mktemp("eager"), uri, LIMITS) as stack,
    ):
        names = ("text", "twin", "twin")
        stack.post("/api/groups/bulk", {"items": [{"id": row, "name": name} for row, name in enumerate(names, 1)]})
        stack.post("/api/types/bulk", {"items": [{"id": 10, "group_id": 1}]})
        yield stack


@pytest.fixture
def register(stack: EagerStack) -> Iterator[None]:
    """Whatever is sent, the register is as it was."""
    before = [stack.get(f"/api/{name}/").json() for name in ("groups", "types")]
    yield
    assert [stack.get(f"/api/{name}/").json() for name in ("groups", "types")] == before


@pytest.fixture
def ledger(stack: EagerStack) -> Iterator[None]:
    """Whatever is sent, no batch is made of it, and a good file is taken as ever afterwards."""
    before = stack.get(f"{BATCHES}?limit=1").json()
    yield
    assert stack.get(f"{BATCHES}?limit=1").json() == before
    assert stack.send("POST", BATCHES, GOOD, CSV).status == 202


@pytest.fixture(scope="session")
def running_alone(
    postgres_server: PostgresServer, tables: str, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ImporterAlone]:
    with (
        fresh_database(postgres_server, tables) as uri,
        running_importer_alone(tmp_path_factory.mktemp("alone"), uri, fresh_redis(redis_server), {}) as alone,
    ):
        alone.post(BATCHES, GOOD, CSV)  # what is loaded at the first batch is not counted against the others
        yield alone


@pytest.fixture
def alone(running_alone: ImporterAlone) -> Iterator[ImporterAlone]:
    """Nothing is left on the disk, whatever was sent, and a good file is taken as ever."""
    kept = running_alone.unnamed_files()
    yield running_alone
    wait_until(lambda: running_alone.unnamed_files() <= kept, 5, "temporary files to be closed")
    assert running_alone.post(BATCHES, GOOD, CSV).status == 202


@pytest.fixture
def nothing_kept(alone: ImporterAlone) -> Iterator[None]:
    """No batch is made of what was sent."""
    before = alone.get(f"{BATCHES}?limit=1").json()
    yield
    assert alone.get(f"{BATCHES}?limit=1").json() == before
