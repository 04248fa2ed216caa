"""One stack without workers for all files here, with a few groups and a type in its register."""

from collections.abc import Iterator

import pytest

from deploy.local.postgres_server import PostgresServer
from tests.support.servers.embedded import fresh_database
from tests.support.stacks.eager import MOST_ITEMS, EagerStack, running_eager_stack


@pytest.fixture(scope="session")
def stack(
    postgres_server: PostgresServer, tables: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EagerStack]:
    limits = {"MAX_BULK_ITEMS": str(MOST_ITEMS)}
    with (
        fresh_database(postgres_server, tables) as uri,
        running_eager_stack(tmp_path_factory.mktemp("eager"), uri, limits) as stack,
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
