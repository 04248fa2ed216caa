"""The status of plain Celery tasks, from a real result backend."""

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient

from deploy.local.ports import LOOPBACK, free_port
from importer.app import create_app
from importer.settings import Settings
from stackroom_jobs.celery_app import make_celery
from tests.integration.importer.test_document import check

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
        ("FAILURE", ValueError("no address"), {"state": "FAILURE", "error": "no address"}, (0, 1, 0)),
        ("REVOKED", ValueError("terminated"), {"state": "REVOKED", "error": "terminated"}, (0, 1, 0)),
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
    task_id = str(uuid.uuid4())
    make_celery("a worker", settings).backend.store_result(task_id, stored, state)
    answer = client.get(f"{STATUS}/{task_id}").get_json()
    assert answer == {
        "task_id": task_id, "meta": dict(zip(("current", "total", "progress"), meta, strict=True)), **shown,
    }  # fmt: skip
    check(f"{STATUS}/{{task_id}}", "get", 200, answer)


def test_status_of_a_plain_task_that_nobody_knows_is_pending(client: FlaskClient) -> None:
    assert client.get(f"{STATUS}/{uuid.uuid4()}").get_json()["state"] == "PENDING"
    assert client.get(f"{STATUS}/{uuid.uuid4().hex}").status_code == 404


def test_status_is_503_while_the_result_backend_is_away(ledger_uri: str) -> None:
    nowhere = f"redis://{LOOPBACK}:{free_port()}/0"
    settings = Settings(sqlalchemy_database_uri=ledger_uri, celery_result_backend=nowhere)
    answer = create_app(settings).test_client().get(f"{STATUS}/{uuid.uuid4()}")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "results_unavailable")
    assert answer.headers["Retry-After"]
    assert nowhere not in answer.text
