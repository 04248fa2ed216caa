"""One stack as `make up` runs it, with a worker of another folder, for all files here.

Each test finds it up, whatever the one before did to it.
"""

from collections.abc import Iterator

import pytest

from tests.support.stacks.local import LocalStack
from tests.support.workers.foreign import make_foreign_worker


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    foreign = make_foreign_worker(tmp_path_factory.mktemp("foreign"))
    stack = LocalStack(tmp_path_factory.mktemp("local"))
    stack.env["WORKERS"] = f"worker-cpu worker-gpu {foreign.folder}"
    yield stack
    stack.command("down").wait(60)
    stack.supervisor.wait(60)


@pytest.fixture
def stack(local: LocalStack) -> LocalStack:
    """Its register is as empty as the tests before left it: only the README's examples leave rows."""
    local.up()
    return local
