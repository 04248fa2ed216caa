"""The whole stack with AUTH=on, which all files of this folder share."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.identity.provider import LyingProvider, running_provider
from tests.support.identity.sign_on import sign_on_environ
from tests.support.stacks.guarded import GuardedStack


@pytest.fixture(scope="session")
def provider() -> Iterator[LyingProvider]:
    with running_provider() as running:
        yield running


@pytest.fixture(scope="session")
def stack(run_guarded_stack: Callable[..., GuardedStack], provider: LyingProvider) -> GuardedStack:
    return run_guarded_stack(**sign_on_environ(provider))
