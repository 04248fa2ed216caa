"""The OpenAPI documents say what the apps do: the same calls, the same codes, and answers of the promised shapes."""

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from openapi_spec_validator import validate
from sqlalchemy import create_engine
from werkzeug.routing import Rule

from catalog.app import create_app as create_catalog
from catalog.crud.repository import repositories
from catalog.resources import RESOURCES
from catalog.settings import Settings as CatalogSettings
from identity.app import create_app as create_identity
from importer.app import create_app as create_importer
from importer.settings import Settings as ImporterSettings
from importer.worker_api.app import create_app as create_worker_api
from stackroom_kit.described_problems import codes_of, operations_of
from stackroom_kit.openapi import PATH
from stackroom_kit.settings import Secret
from tests.support.documents.codes import OF_PROBLEMS, codes_in
from tests.support.documents.described import APPS, NOWHERE, documents, undescribed
from tests.support.identity.settings import CHEAP, settings_of
from ui import create_app as create_gateway
from ui.settings import Settings as GatewaySettings

ROOT = Path(__file__).parents[2]
METHODS = {"GET", "POST", "PUT", "DELETE"}
PUBLIC = ["catalog", "identity", "importer"]
# What a service's own files give, and those of the kit that every service uses.
SOURCES = {
    "catalog": ("services/catalog/catalog", "libs/stackroom-kit", "libs/stackroom-sql"),
    "identity": ("services/identity/identity", "libs/stackroom-kit", "libs/stackroom-sql"),
    "importer": ("services/importer/importer", "libs/stackroom-kit", "libs/stackroom-sql"),
    "ui": ("services/ui/ui", "libs/stackroom-kit/stackroom_kit/problems.py"),
}
# Told to the importer alone, or to people by pages.
INNER = ("bulk/remove.py", "pages/")
INNER_CODES = {"service_token_needed", "wrong_item"}
# What the kit has for those who need it, and what belongs to a path and not to a call.
OF_SOME = {"bad_request", "method_not_allowed", "precondition_failed", "range_not_satisfiable"}
# What sending a plain task may end with: of calls that a team adds.
OF_SOME |= {"queue_full", "tasks_unavailable"}
# Of a route that no document has.
OF_SOME |= {"undeclared_call"}
# Told by the address of the page that a sign-on ends at.
OF_SOME |= {"oidc_denied", "oidc_name_taken", "oidc_no_role", "oidc_started_elsewhere"}
# Of calls about the own account, which identity alone has.
OF_SOME |= {"session_needed"}
# What the kit has for others: the catalog reads no body as a struct; identity has no pages by cursor, no keys and no
# choices.
OF_OTHERS = {
    "catalog": {"wrong_body"},
    "identity": {"bad_cursor", "bad_idempotency_key", "idempotency_key_reused", "not_an_object", "unknown_value"},
}


def app_of(name: str) -> Flask:
    """No connection is made before a request asks for one."""
    if name == "catalog":
        return create_catalog(CatalogSettings(sqlalchemy_database_uri="sqlite+pysqlite:///:memory:"))
    if name == "identity":
        return create_identity(settings_of(NOWHERE), CHEAP)
    if name == "importer":
        return create_importer(ImporterSettings(sqlalchemy_database_uri=NOWHERE))
    if name == "importer.worker_api":
        return create_worker_api(ImporterSettings(sqlalchemy_database_uri=NOWHERE, worker_token=Secret("t" * 32)))
    return create_gateway(GatewaySettings())


@functools.cache
def document_of(name: str) -> dict[str, Any]:
    """As it is served; of the gateway the one of its own calls."""
    path = "/api/docs/gateway/openapi.json" if name == "ui" else PATH
    found: dict[str, Any] = app_of(name).test_client().get(path).get_json()
    return found


def calls_of_app(app: Flask) -> Iterator[tuple[str, str]]:
    beginning = APPS.get(app.name, "/api/")
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(beginning) and not rule.rule.startswith("/api/docs/") and not is_plain(app, rule):
            path = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule)
            yield from ((method, path) for method in (rule.methods or set()) & METHODS)


def is_plain(app: Flask, rule: Rule) -> bool:
    """A call that a team added to the importer by a plain Blueprint, which no document need have."""
    blueprint = app.blueprints.get(rule.endpoint.partition(".")[0])
    return blueprint is not None and blueprint.import_name.startswith("importer.blueprints.")


@pytest.mark.parametrize("name", [*APPS, "ui"])
def test_document_is_valid(name: str) -> None:
    validate(document_of(name))


@pytest.mark.parametrize("name", PUBLIC)
def test_document_of_the_gateway_is_valid(name: str) -> None:
    document = documents()[f"{name} through the gateway"]
    validate(document)
    assert set(document["components"]["securitySchemes"]) == {"session", "token"}


@pytest.mark.parametrize("name", [*APPS, "ui"])
def test_document_has_exactly_the_calls_of_the_app(name: str) -> None:
    described = [(method, path) for method, path, _ in operations_of(document_of(name))]
    assert sorted(described) == sorted(calls_of_app(app_of(name)))


@pytest.mark.parametrize("name", PUBLIC)
def test_every_call_says_who_may_make_it(name: str) -> None:
    """And so does the copy of the gateway: by the schemes that it has, with what is answered to everybody else."""
    for where in (name, f"{name} through the gateway"):
        document = documents()[where]
        for method, path, operation in operations_of(document):
            right, needed = operation.get("x-stackroom-right"), operation["security"]
            roles = [] if right in {None, "somebody", "session"} else [right]
            ways = ("session",) if right == "session" else ("session", "token")
            wanted = [{way: roles} for way in ways] if right else []
            assert [one for one in needed if set(one) <= {"session", "token"} and one] == wanted, (where, method, path)
            assert not right or "sign_in_needed" in codes_of(operation["responses"]["401"])
            assert not roles or "forbidden" in codes_of(operation["responses"]["403"])


def files_of(*members: str) -> Iterator[Path]:
    for member in members:
        path = ROOT / member
        yield from [path] if path.is_file() else path.rglob("*.py")


def codes_of_problems(name: str) -> dict[str, str]:
    """Every code that some file of a service gives to a problem or one of its places, with the file."""
    found: dict[str, str] = {}
    for path in files_of(*SOURCES[name]):
        if not any(inner in str(path) for inner in INNER):
            found.update(dict.fromkeys(codes_in(path, OF_PROBLEMS), path.name))
    return found


def words(schema: Any) -> Iterator[str]:
    """Every value that a `code` may have somewhere in a document."""
    if isinstance(schema, dict):
        code = schema.get("code")
        yield from code.get("enum", ()) if isinstance(code, dict) else ()
        yield from (word for inner in schema.values() for word in words(inner))
    elif isinstance(schema, list):
        yield from (word for inner in schema for word in words(inner))


@pytest.mark.parametrize("name", SOURCES)
def test_every_code_that_a_service_gives_is_described(name: str) -> None:
    """A new problem belongs into the `problems` of a call that may answer it."""
    ours = [one for app, one in documents().items() if app.startswith(name)]
    described = {*words(ours), *INNER_CODES, *OF_SOME, *OF_OTHERS.get(name, ())}
    assert {code: where for code, where in codes_of_problems(name).items() if code not in described} == {}


@pytest.mark.parametrize("name", APPS)
def test_no_code_is_described_that_nobody_gives(name: str) -> None:
    given = {code for path in files_of("services", "libs") for code in codes_in(path)}
    described = {code for _, _, operation in operations_of(documents()[name]) for code in answers_of(operation)}
    assert described - given == set()


def answers_of(operation: dict[str, Any]) -> Iterator[str]:
    for answer in operation["responses"].values():
        yield from codes_of(answer)


def test_answer_that_no_document_has_is_noticed() -> None:
    path = "/api/groups/7"
    assert undescribed("catalog", "GET", path, 404, "not_found") is None
    assert undescribed("catalog", "GET", path, 404, "batch_expired") is not None
    assert undescribed("catalog", "GET", path, 418, None) is not None
    assert undescribed("catalog", "POST", "/api/groups/bulk", 413, "too_many_items") is None
    assert undescribed("importer", "HEAD", f"/api/importer/media/uploads/{'a' * 64}.mp4", 206, None) is None
    assert undescribed("ui", "GET", "/api/groups", 421, "unknown_host") is None
    assert undescribed("ui", "DELETE", path, 403, "cross_site") is None


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


def test_answer_with_a_code_of_another_call_is_not_as_described() -> None:
    client, document = app_of("catalog").test_client(), document_of("catalog")
    problem = {**client.get("/api/groups/1").get_json(), "code": "in_use"}
    with pytest.raises(jsonschema.ValidationError):
        check(document, "/api/groups/{row_id}", "get", 404, problem)


def test_sort_words_are_the_ones_that_the_lists_take() -> None:
    for repository in repositories(RESOURCES, create_engine("sqlite://")):
        listed = documents()["catalog"]["paths"][f"/api/{repository.resource.name}/"]["get"]
        (words_of_sort,) = [one["schema"]["enum"] for one in listed["parameters"] if one["name"] == "sort"]
        sortable = repository.sortable
        assert sorted(words_of_sort) == sorted([*sortable, *(f"-{name}" for name in sortable)])


def test_items_of_a_bulk_call_may_be_as_many_as_the_setting_says() -> None:
    settings = CatalogSettings(sqlalchemy_database_uri="sqlite+pysqlite:///:memory:", max_bulk_items=7)
    document = create_catalog(settings).test_client().get(PATH).get_json()
    call = document["paths"]["/api/groups/bulk"]["post"]
    assert call["requestBody"]["content"]["application/json"]["schema"]["properties"]["items"]["maxItems"] == 7
