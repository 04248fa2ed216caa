"""One stack as `make up` runs it, for all files here: each test finds it up, whatever the one before did to it."""

from collections.abc import Iterator

import pytest

from tests.support.stacks.local import LocalStack


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    stack = LocalStack(tmp_path_factory.mktemp("local"))
    yield stack
    stack.command("down").wait(60)
    stack.supervisor.wait(60)


@pytest.fixture
def stack(local: LocalStack) -> LocalStack:
    """Its register is as empty as the tests before left it: only the README's examples leave rows."""
    local.up()
    return local
