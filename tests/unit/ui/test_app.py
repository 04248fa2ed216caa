"""The whole application in one process; nothing here reaches a service."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from ui import create_app
from ui.settings import Settings


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    with create_app(Settings()).test_client() as client:
        yield client


def test_health_answers_without_asking_any_service(client: FlaskClient) -> None:
    assert client.get("/api/health").json == {"status": "ok"}


def test_unknown_path_is_a_problem_with_a_request_id(client: FlaskClient) -> None:
    answer = client.get("/nothing", headers={"X-Request-ID": "abc-1"})
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.headers["X-Request-ID"] == "abc-1"


def test_wrong_method_names_the_allowed_ones(client: FlaskClient) -> None:
    answer = client.patch("/api/groups/1")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "DELETE, GET, HEAD, OPTIONS, PUT"


def test_options_names_the_allowed_methods(client: FlaskClient) -> None:
    answer = client.options("/api/importer/batches")
    assert (answer.status_code, answer.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")
