"""The real gateway in front of a service whose every byte the test writes."""

from collections.abc import Iterator

import pytest

from deploy.local.ports import LOOPBACK, free_port
from tests.support.documents.described import Seen
from tests.support.gateway.process import running_gateway
from tests.support.gateway.scripted_upstream import ScriptedUpstream

ENV = {
    "UPSTREAM_READ_SECONDS": "1",
    "CLIENT_SILENCE_SECONDS": "2",
    "CLIENT_GRACE_SECONDS": "3",
    "MAX_BODY_BYTES": "20000000",
    "MAX_JSON_BYTES": "4000000",
}


@pytest.fixture(autouse=True)
def as_described(seen_answers: Seen) -> Iterator[None]:
    """The service here is a script, whose answers no document has."""
    yield
    seen_answers.take()


@pytest.fixture(scope="module")
def listening() -> Iterator[ScriptedUpstream]:
    server = ScriptedUpstream()
    yield server
    server.close()


@pytest.fixture
def upstream(listening: ScriptedUpstream) -> Iterator[ScriptedUpstream]:
    listening.reset()
    yield listening
    listening.reset()


@pytest.fixture(scope="module")
def gateway(listening: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """In front of the scripted service as the catalog, and of nothing at all as the importer."""
    nowhere = f"http://{LOOPBACK}:{free_port()}"
    with running_gateway(tmp_path_factory.mktemp("gateway"), listening.url, nowhere, ENV) as (url, _):
        yield url
