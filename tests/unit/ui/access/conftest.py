"""A gateway's knowledge of who somebody is, beside an identity and a clock that tests move."""

from collections.abc import Callable

import pytest

from tests.support.gateway.asked_identity import Clock, Identity, authenticator_of
from ui.access.authenticator import Authenticator


@pytest.fixture
def identity() -> Identity:
    return Identity()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def background() -> list[Callable[[], object]]:
    """What the gateway would do in the background; a test does it when it wants to."""
    return []


@pytest.fixture
def who(identity: Identity, clock: Clock, background: list[Callable[[], object]]) -> Authenticator:
    return authenticator_of(identity, clock=clock, start=background.append)
