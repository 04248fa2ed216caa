"""Requests that schemathesis makes from the OpenAPI documents, right and wrong ones, alone and in sequences.

Sent to the apps themselves, and through the gateway to real processes, on a real PostgreSQL.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from schemathesis import GenerationMode

from catalog.app import create_app as create_catalog
from catalog.settings import Settings as CatalogSettings
from importer.app import create_app as create_importer
from importer.settings import Settings as ImporterSettings
from stackroom_kit.openapi import PATH
from stackroom_kit.settings import Secret
from tests.support.documents.fuzz import PHASES, Effort, configuration, run
from tests.support.servers.served import served
from tests.support.stacks.eager import BATCHES, TOKEN, EagerStack, running_eager_stack

QUICK = 3
EFFORT = Effort(int(os.environ.get("FUZZ_EXAMPLES", QUICK)), int(os.environ.get("FUZZ_SEED", "1")))
# The apps have got every systematic request already; through the gateway they come with `make fuzz`.
QUICK_PHASES = ("fuzzing", "stateful")
# The same code serves their twins: types, ingest, batches.
TWINS = "^/api/(groups/|importer/progress|importer/preview)"


@pytest.fixture(scope="module")
def stack(make_migrated: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[EagerStack]:
    with running_eager_stack(tmp_path_factory.mktemp("stack"), make_migrated(), {}) as stack:
        yield stack


@pytest.fixture(scope="module")
def apps(stack: EagerStack) -> dict[str, Flask]:
    """On the database of the stack."""
    token = Secret(TOKEN)
    importer = ImporterSettings(
        sqlalchemy_database_uri=stack.database, service_token=token, celery_task_always_eager=True,
        media_dir=stack.media, catalog_url=stack.catalog, worker_token_peppers=Secret("p" * 32),
    )  # fmt: skip
    catalog = CatalogSettings(sqlalchemy_database_uri=stack.database, service_token=token)
    return {"catalog": create_catalog(catalog), "importer": create_importer(importer)}


def post(app: Flask, path: str, **sent: Any) -> dict[str, Any]:
    answer = app.test_client().post(path, **sent)
    assert answer.status_code < 300, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


@pytest.fixture(scope="module")
def known(apps: dict[str, Flask], stack: EagerStack) -> dict[str, list[str]]:
    """Ids of rows in use and not, of batches that wait, are done, failed in part, loaded and are over, of a file."""
    for row in (1, 2):
        post(apps["catalog"], "/api/groups/", json={"id": row, "name": "n"})
    post(apps["catalog"], "/api/types/", json={"id": 1, "group_id": 1})
    records = {"records": [{"id": 1, "payload": "x"}, {"id": 2}]}
    ids = [
        stack.waiting_batch(),
        post(apps["importer"], BATCHES, json=records)["id"],
        post(apps["importer"], f"{BATCHES}?operation=load_groups", json={"records": [{"id": 9}, {"id": 1}]})["id"],
    ]
    over = post(apps["importer"], BATCHES, json=records)["id"]
    assert apps["importer"].test_client().delete(f"{BATCHES}/{over}").status_code == 200
    file = post(apps["importer"], "/api/importer/media", data=b"film", content_type="application/octet-stream")
    operations = apps["importer"].test_client().get("/api/importer/operations")
    tasks = [f"{ids[1]}.1", f"{ids[1]}.2", f"{over}.1"]
    return {
        "path.batch_id": [*ids, over],
        "path.task_id": [*ids, *tasks, over],
        "path.file": [file["name"].partition("/")[2]],
        "query.operation": [one["name"] for one in operations.get_json()["items"]],
    }


def check(schema: Any, is_whole: bool) -> None:
    """``is_whole``: with every systematic request, so that each call has right and wrong ones."""
    schema = schema if EFFORT.examples > QUICK else schema.exclude(path_regex=TWINS)
    outcome = run(schema)
    assert not outcome.findings, "\n\n".join(outcome.findings)
    calls = {operation.ok().label for operation in schema.get_all_operations()}
    assert set(outcome.modes) == calls
    if is_whole:
        assert {label for label, modes in outcome.modes.items() if modes != set(GenerationMode)} == set()


@pytest.mark.parametrize("name", ["catalog", "importer"])
def test_app_answers_as_described_whatever_is_sent(
    apps: dict[str, Flask], known: dict[str, list[str]], name: str
) -> None:
    config = configuration(EFFORT, of(name, known), PHASES)
    with served(apps[name]) as address:
        check(schemathesis.openapi.from_url(address + PATH, config=config), is_whole=True)


@pytest.mark.parametrize("name", ["catalog", "importer"])
def test_stack_answers_through_the_gateway_as_described_whatever_is_sent(
    stack: EagerStack, known: dict[str, list[str]], name: str
) -> None:
    url = f"{stack.url}/api/docs/{name}/openapi.json"
    config = configuration(EFFORT, of(name, known), PHASES if EFFORT.examples > QUICK else QUICK_PHASES)
    check(schemathesis.openapi.from_url(url, config=config), is_whole=EFFORT.examples > QUICK)


def of(name: str, known: dict[str, list[str]]) -> dict[str, list[str]]:
    return known if name == "importer" else {}
