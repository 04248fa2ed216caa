"""What the register says that it has: to everybody, and to the importer."""

import jsonschema
import pytest
from flask.testing import FlaskClient

from catalog.app import create_app
from catalog.resources import RESOURCES
from catalog.settings import Settings
from stackroom_kit.schema import Schema
from stackroom_kit.settings import Secret
from tests.support.catalog.rows import Rows, calling

TOKEN = "of-the-importer"


@pytest.fixture
def client() -> FlaskClient:
    settings = Settings(sqlalchemy_database_uri="sqlite+pysqlite:///:memory:", service_token=Secret(TOKEN))
    return create_app(settings).test_client()


def test_register_says_what_it_has_in_its_order(client: FlaskClient) -> None:
    said = client.get("/api/resources").get_json()
    assert said["total"] == len(RESOURCES)
    assert [one["name"] for one in said["items"]] == [one.name for one in RESOURCES]
    (types,) = [one for one in said["items"] if one["name"] == "types"]
    assert (types["titles"], types["id"], types["shown"]) == ({"one": "Type", "many": "Types"}, "given", "file_name")
    fields = types["schema"]["properties"]
    assert fields["group_id"]["x-reference"] == {"resource": "groups", "by": "name"}
    assert fields["group_name"]["readOnly"] is True
    assert types["schema"]["required"] == ["id", "group_id"]
    assert [Schema.of_json(one["schema"]) for one in said["items"]] == [one.schema for one in RESOURCES]


def test_rows_are_what_their_schema_says(client: FlaskClient) -> None:
    schemas = {one["name"]: one["schema"] for one in client.get("/api/resources").get_json()["items"]}
    for resource in RESOURCES:
        row = Rows(calling(client), resource).add(5)
        jsonschema.validate(row, schemas[resource.name])
        assert list(row) == list(schemas[resource.name]["properties"])


def test_register_that_stays_as_it_was_is_304(client: FlaskClient) -> None:
    etag = client.get("/api/resources").headers["ETag"]
    again = client.get("/api/resources", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


def test_importer_gets_the_same_with_its_token_alone(client: FlaskClient) -> None:
    same = client.get("/internal/resources", headers={"Authorization": f"Bearer {TOKEN}"})
    assert same.data == client.get("/api/resources").data
    assert client.get("/internal/resources").status_code == 401
    assert client.get("/internal/resources", headers={"Authorization": "Bearer x"}).status_code == 401
