"""Plain Celery tasks as they are sent, and their status, from a real Redis."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient

from deploy.local.ports import LOOPBACK
from importer.app import create_app
from importer.plain_tasks import PlainTask
from importer.plain_tasks.issued import ROWS_PER_SWEEP, forget_old_tasks, is_issued
from importer.settings import Settings
from stackroom_jobs.celery_app import make_celery
from stackroom_kit.problems import Problem
from tests.integration.importer.test_document import check
from tests.support.importer.ledger import Ledger

STATUS = "/api/importer/status"


@pytest.fixture
def settings(ledger_uri: str, redis_url: str) -> Settings:
    return Settings(sqlalchemy_database_uri=ledger_uri, celery_broker_url=redis_url, celery_result_backend=redis_url)


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.mark.filterwarnings("ignore:Call to deprecated setex")  # by Celery itself
@pytest.mark.parametrize(
    ("state", "stored", "shown", "meta"),
    [
        ("SUCCESS", {"sent": 3}, {"state": "SUCCESS", "result": {"sent": 3}}, (1, 1, 100)),
        ("FAILURE", ValueError("no address"), {"state": "FAILURE", "error": "ValueError: no address"}, (0, 1, 0)),
        ("FAILURE", KeyError(), {"state": "FAILURE", "error": "KeyError"}, (0, 1, 0)),
        ("REVOKED", ValueError("terminated"), {"state": "REVOKED", "error": "ValueError: terminated"}, (0, 1, 0)),
        ("PROGRESS", {"current": 3, "total": 12}, {"state": "PROGRESS"}, (3, 12, 25)),
        ("PROGRESS", {"current": "three", "total": -1, "more": []}, {"state": "PROGRESS"}, (0, 1, 0)),
        ("PROGRESS", {"current": 7, "total": 0}, {"state": "PROGRESS"}, (7, 0, 100)),
        ("STARTED", {"pid": 1}, {"state": "PROGRESS"}, (0, 1, 0)),
        ("RETRY", ValueError("again"), {"state": "PROGRESS"}, (0, 1, 0)),
        ("SENDING", "a text", {"state": "PROGRESS"}, (0, 1, 0)),
        ("RECEIVED", None, {"state": "PENDING"}, (0, 1, 0)),
    ],
)
def test_status_of_a_plain_task_is_what_its_backend_says(
    client: FlaskClient, settings: Settings, state: str, stored: Any, shown: dict[str, Any], meta: tuple[int, ...]
) -> None:
    """Also where it was sent by somebody else's Celery."""
    task_id = str(uuid.uuid4())
    make_celery("a worker", settings).backend.store_result(task_id, stored, state)
    answer = client.get(f"{STATUS}/{task_id}").get_json()
    assert answer == {
        "task_id": task_id, "meta": dict(zip(("current", "total", "progress"), meta, strict=True)), **shown,
    }  # fmt: skip
    check(f"{STATUS}/{{task_id}}", "get", 200, answer)


def sent(client: FlaskClient, **options: Any) -> str:
    with client.application.test_request_context():
        return PlainTask("app.tasks.email.send_email").apply_async(**options).id


def test_status_of_a_task_that_waits_is_pending(client: FlaskClient) -> None:
    assert client.get(f"{STATUS}/{sent(client)}").get_json()["state"] == "PENDING"


def test_status_of_a_task_of_which_nothing_is_kept_is_gone(client: FlaskClient, redis_url: str) -> None:
    task_id = sent(client)
    with redis.Redis.from_url(redis_url) as results:
        results.flushdb()
    answer = client.get(f"{STATUS}/{task_id}")
    assert (answer.status_code, answer.get_json()["code"]) == (410, "result_gone")


@pytest.mark.parametrize("make_id", [lambda: str(uuid.uuid4()), lambda: uuid.uuid4().hex, lambda: "x"])
def test_status_of_an_id_that_nobody_sent_is_not_there(client: FlaskClient, make_id: Callable[[], str]) -> None:
    assert client.get(f"{STATUS}/{make_id()}").status_code == 404


@pytest.mark.parametrize("url", [f"redis://{LOOPBACK}:1/0", f"redis://:secret@{LOOPBACK}:1/0"])
def test_redis_that_is_away_is_503_and_not_named(ledger_uri: str, url: str) -> None:
    settings = Settings(sqlalchemy_database_uri=ledger_uri, celery_broker_url=url)
    client = create_app(settings).test_client()
    answer = client.get(f"{STATUS}/{uuid.uuid4()}")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "results_unavailable")
    assert answer.headers["Retry-After"]
    assert url not in answer.text
    with pytest.raises(Problem) as raised:
        sent(client)
    assert (raised.value.status, raised.value.code) == (503, "tasks_unavailable")


def test_queue_that_is_full_takes_no_task(client: FlaskClient, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as broker:
        broker.lpush("stackroom:cpu", *["x"] * 400)
        broker.lpush("stackroom:default", *["x"] * 600)
        with pytest.raises(Problem) as raised:
            sent(client)
        assert (raised.value.status, raised.value.code) == (503, "queue_full")
        broker.lpop("stackroom:cpu")
        sent(client)
        assert broker.llen("stackroom:default") == 601


def test_what_is_no_name_of_a_queue_is_refused_where_the_task_is_named() -> None:
    with pytest.raises(ValueError, match="'g queue' is no name of a queue"):
        PlainTask("app.tasks.email.send_email", queue="g queue")


def test_ids_are_forgotten_after_their_days_and_a_few_at_a_time(ledger: Ledger) -> None:
    ledger.run("DELETE FROM importer.plain_task")
    columns = "(id, name, queue, sent_at) SELECT '{}' || n, 'name', 'cpu', now() - interval '{}'"
    insert = f"INSERT INTO importer.plain_task {columns} FROM generate_series(1, {{}}) n"
    ledger.run(insert.format("old", "31 days", ROWS_PER_SWEEP + 1))
    ledger.run(insert.format("new", "29 days", 2))
    assert [forget_old_tasks(ledger.engine, 30) for _ in range(3)] == [ROWS_PER_SWEEP, 1, 0]
    assert is_issued(ledger.engine, "new1")
    assert not is_issued(ledger.engine, "old1")
