"""The whole application in one process; nothing here reaches a service."""

from collections.abc import Iterator
from urllib.parse import unquote

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


@pytest.mark.parametrize("path", ["/api/groups/..", "/api//groups", "/api/%67roups/", "/%61pi/health"])
def test_path_that_no_service_may_hear_is_a_problem(client: FlaskClient, path: str) -> None:
    answer = client.get("/", environ_overrides={"RAW_URI": path, "PATH_INFO": unquote(path)})
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/api/health", "/api/importer/batches/ab1/events"])
def test_own_call_by_another_method_names_the_allowed_ones(client: FlaskClient, path: str) -> None:
    answer = client.patch(path)
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
