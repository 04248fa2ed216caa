"""The containers, started once for all tests of this folder."""

from collections.abc import Iterator

import pytest

from deploy.compose_secrets import main as make_secrets
from tests.support.compose import Compose, engine_answers


@pytest.fixture(scope="session")
def stack() -> Iterator[Compose]:
    if not engine_answers():
        pytest.fail("these tests need a Docker engine with Compose, and none answers")
    make_secrets()
    compose = Compose()
    compose.down()  # what an interrupted run left, volumes with another password among it
    try:
        compose.up()
        yield compose
    finally:
        compose.down()
