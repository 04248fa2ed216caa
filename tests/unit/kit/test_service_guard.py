"""What a service behind the gateway takes: calls by its names and by address, from programs or its own origin."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from stackroom_kit.guard import register_guard
from stackroom_kit.problems import register_problems
from tests.support.gateway.guarded import HOSTILE_HOSTS, HOSTILE_SITES


@pytest.fixture
def client() -> FlaskClient:
    app = Flask("anything")
    register_problems(app)
    register_guard(app, {"catalog"})
    app.add_url_rule("/", "any", lambda: "done", methods=["GET", "POST", "PUT", "DELETE"])
    return app.test_client()


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:5001", "[::1]:5001", "catalog", "CATALOG:5001", "172.18.0.4:5001", "[fd00::4]"]
)
def test_service_answers_for_its_names_and_for_addresses(client: FlaskClient, host: str) -> None:
    assert client.post("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(("host", "status"), [*HOSTILE_HOSTS, ("1.2.3.4.5", 421), ("0x7f.1", 421), ("catalog.", 421)])
@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_service_refuses_a_host_that_is_not_its_own(client: FlaskClient, path: str, host: str, status: int) -> None:
    assert client.get(path, headers={"Host": host}).status_code == status


@pytest.mark.parametrize("headers", HOSTILE_SITES)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_service_refuses_writes_of_another_site(client: FlaskClient, method: str, headers: dict[str, str]) -> None:
    refused = client.open("/", method=method, headers={"Host": "localhost", **headers})
    assert (refused.status_code, refused.get_json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize("headers", HOSTILE_SITES)
def test_service_lets_another_site_link_to_it(client: FlaskClient, headers: dict[str, str]) -> None:
    """A browser does not let that site read the answer."""
    assert client.get("/", headers=headers).status_code == 200
