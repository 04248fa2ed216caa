"""One whole stack for all files here."""

from collections.abc import Callable

import pytest

from tests.support.stacks.whole import WholeStack


@pytest.fixture(scope="session")
def stack(run_whole_stack: Callable[[], WholeStack]) -> WholeStack:
    return run_whole_stack()
