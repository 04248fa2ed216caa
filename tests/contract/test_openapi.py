"""The OpenAPI documents say what the apps do: the same calls, and answers of the shapes that they promise."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from flask import Flask
from openapi_spec_validator import validate
from sqlalchemy import create_engine

from catalog.app import create_app as create_catalog
from catalog.crud.calls import calls_of
from catalog.resources import RESOURCES
from catalog.settings import Settings as CatalogSettings
from importer.api_document import api_document as importer_document
from importer.app import create_app as create_importer
from importer.settings import Settings as ImporterSettings
from stackroom_kit.openapi import PATH

NOWHERE = "postgresql+psycopg2://nobody@localhost:1/none"
METHODS = {"GET", "POST", "PUT", "DELETE"}


def app_of(name: str) -> Flask:
    """No connection is made before a request asks for one."""
    if name == "catalog":
        return create_catalog(CatalogSettings(sqlalchemy_database_uri="sqlite+pysqlite:///:memory:"))
    return create_importer(ImporterSettings(sqlalchemy_database_uri=NOWHERE))


def document_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = app_of(name).test_client().get(PATH).get_json()
    return found


def calls_of_app(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            yield from ((method, path) for method in (rule.methods or set()) & METHODS)


def calls_of_document(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path, calls in document["paths"].items():
        yield from ((method.upper(), path) for method in calls)


@pytest.mark.parametrize("name", ["catalog", "importer"])
def test_document_is_valid(name: str) -> None:
    validate(document_of(name))


@pytest.mark.parametrize("name", ["catalog", "importer"])
def test_document_has_exactly_the_calls_of_the_app(name: str) -> None:
    assert sorted(calls_of_document(document_of(name))) == sorted(calls_of_app(app_of(name)))


def check(document: dict[str, Any], path: str, method: str, status: int, value: Any) -> None:
    """``value`` is a body of that answer, as the document says it."""
    answer = document["paths"][path][method]["responses"][str(status)]
    (described,) = [one["schema"] for kind, one in answer["content"].items() if "json" in kind]
    jsonschema.validate(value, {**described, "components": document["components"]})


def test_answers_of_the_catalog_are_as_described() -> None:
    client, document = app_of("catalog").test_client(), document_of("catalog")
    group = client.post("/api/groups/", json={"id": 1, "name": "text"})
    check(document, "/api/groups/", "post", 201, group.get_json())
    kind = client.post("/api/types/", json={"id": 7, "file_name": "epub", "group_id": 1})
    check(document, "/api/types/", "post", 201, kind.get_json())
    check(document, "/api/types/", "get", 200, client.get("/api/types/?limit=1").get_json())
    check(document, "/api/types/{row_id}", "put", 200, client.put("/api/types/7", json={"comments": "e"}).get_json())
    check(document, "/api/groups/", "post", 400, client.post("/api/groups/", json={"id": "x"}).get_json())
    check(document, "/api/groups/{row_id}", "delete", 409, client.delete("/api/groups/1").get_json())
    check(document, "/api/types/{row_id}", "delete", 200, client.delete("/api/types/7").get_json())
    check(document, "/api/db-status", "get", 200, client.get("/api/db-status").get_json())


def test_sort_words_are_the_ones_that_the_lists_take() -> None:
    for resource in RESOURCES:
        listed = calls_of(resource.name, resource.schema)[0]
        (words,) = [one["schema"]["enum"] for one in listed.parameters if one["name"] == "sort"]
        sortable = resource.repository(create_engine("sqlite://")).sortable
        assert sorted(words) == sorted([*sortable, *(f"-{name}" for name in sortable)])


def test_importers_document_is_served_as_it_is_made() -> None:
    assert document_of("importer") == importer_document()
