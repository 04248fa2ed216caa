"""Redis whose memory is full: of results, which go, and of what nothing can be thrown away of."""

from collections.abc import Iterator

import pytest
import redis
from flask.testing import FlaskClient

from importer.app import create_app
from importer.plain_tasks import PlainTask
from importer.settings import Settings
from stackroom_jobs.celery_app import make_celery
from stackroom_jobs.doorbells import Doorbells
from stackroom_jobs.operations import OPERATIONS
from stackroom_kit.problems import Problem
from tests.support.servers.embedded import running_redis

MEGABYTE = b"x" * 2**20
NORMALIZE = OPERATIONS["normalize_record"]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own, as `make up` starts it."""
    with running_redis(tmp_path_factory.mktemp("full")) as server:
        yield server.url()


@pytest.fixture
def results(url: str) -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(url.replace("/0", "/1")) as client:
        empty(client)
        yield client


@pytest.fixture
def bells(url: str) -> Doorbells:
    return Doorbells(make_celery("test", Settings(celery_broker_url=url)))


@pytest.fixture
def client(url: str, ledger_uri: str) -> FlaskClient:
    return create_app(Settings(sqlalchemy_database_uri=ledger_uri, celery_broker_url=url)).test_client()


def empty(results: "redis.Redis") -> None:
    """Whole at once: unless it is told so, the server frees the memory in the background."""
    results.execute_command("FLUSHALL", "SYNC")  # type: ignore[no-untyped-call]


def evicted(results: "redis.Redis") -> int:
    return int(results.info("stats")["evicted_keys"])


def fill(results: "redis.Redis") -> None:
    """Beyond its limit: a value that the server makes of a few bytes needs no room on its way.

    What a closed connection had is memory as well, and is free only a little later.
    """
    refused = 0
    while refused < 3:
        try:
            results.setrange(f"kept-{results.dbsize()}", 2**20, b"x")
        except redis.exceptions.OutOfMemoryError:
            refused += 1
            results.connection_pool.disconnect()


def sent(client: FlaskClient) -> str:
    with client.application.test_request_context():
        return PlainTask("app.tasks.email.send_email").apply_async(args=["x" * 10_000]).id


def test_bells_and_tasks_go_on_while_results_fill_the_memory(
    results: "redis.Redis", bells: Doorbells, client: FlaskClient
) -> None:
    before, waiting = evicted(results), []
    for number in range(150):
        results.set(f"stackroom:celery-task-meta-{number}", MEGABYTE, ex=3600)
        bells.ring(NORMALIZE, "cpu")
        waiting.append(sent(client))
    assert evicted(results) > before
    assert bells.waiting("cpu") == 150
    with redis.Redis.from_url(client.application.extensions["importer"].settings.celery_broker_url) as broker:
        assert broker.llen("stackroom:default") == 150
    # What is to live longest goes last: all the tasks that wait are known to wait.
    states = {client.get(f"/api/importer/status/{task_id}").get_json()["state"] for task_id in waiting}
    assert states == {"PENDING"}


def test_task_is_refused_where_memory_is_full_of_what_must_stay(results: "redis.Redis", client: FlaskClient) -> None:
    """Of somebody else, who sends past the importer's limits."""
    fill(results)
    with pytest.raises(Problem) as raised:  # noqa: PT012
        for _ in range(100):  # the first may still find room
            sent(client)
    assert (raised.value.status, raised.value.code) == (503, "tasks_unavailable")
    empty(results)
    assert sent(client)


def test_memory_has_a_limit(results: "redis.Redis") -> None:
    assert results.config_get("maxmemory*")["maxmemory"] == str(64 * 2**20)
