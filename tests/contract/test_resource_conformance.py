"""Every resource keeps every promise; a new one is tested by being there. Mutants prove that each case can fail."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response, request

from catalog.app import create_app
from catalog.crud.resource import Resource
from catalog.resources import RESOURCES
from catalog.resources.types import TYPES
from catalog.settings import Settings
from tests.support.catalog.cabinets import BOARDS, CABINETS, app_with_cabinets, make_tables
from tests.support.catalog.conformance import CASES, Subject
from tests.support.catalog.load_conformance import LOAD_CASES, Loader, loading
from tests.support.importer.loads import TOKEN
from tests.support.servers.embedded import empty_tables

ALL_CASES = {**CASES, **LOAD_CASES}


@pytest.fixture(scope="module")
def app(database: str) -> Flask:
    return create_app(Settings(sqlalchemy_database_uri=database, service_token=TOKEN))


@pytest.fixture(scope="module")
def app_of_cabinets(database: str) -> Flask:
    make_tables(database)
    return app_with_cabinets(database, service_token=TOKEN)


@pytest.fixture(autouse=True)
def empty(database: str) -> None:
    empty_tables(database)


def check(name: str, app: Flask, resource: Resource, database: str) -> None:
    try:
        if name in CASES:
            CASES[name](Subject(app.test_client(), resource))
        else:
            with loading(app, database) as importer:
                LOAD_CASES[name](Loader(app.test_client(), resource, importer))
    except AssertionError as error:
        reason = str(error).splitlines()[0]
        pytest.fail(f"services/catalog/catalog/resources/{resource.name}.py: {reason}", pytrace=False)


@pytest.mark.parametrize("name", ALL_CASES)
@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.name)
def test_resource_is_conformant(app: Flask, database: str, resource: Resource, name: str) -> None:
    check(name, app, resource, database)


@pytest.mark.parametrize("name", ALL_CASES)
@pytest.mark.parametrize("resource", [CABINETS, BOARDS], ids=lambda one: one.name)
def test_resource_with_every_kind_of_column_is_conformant(
    app_of_cabinets: Flask, database: str, resource: Resource, name: str
) -> None:
    check(name, app_of_cabinets, resource, database)


Value = dict[str, Any]
Mutate = Callable[[Response], None]
Break = Callable[[Flask], None]


def answers(mutate: Mutate) -> Break:
    """Every answer of the app is another one."""

    def break_app(app: Flask) -> None:
        @app.after_request
        def mutated(answer: Response) -> Response:
            mutate(answer)
            return answer

    return break_app


@answers
def without_etag(answer: Response) -> None:
    answer.headers.pop("ETag", None)


def answering(status: int, instead_of: int) -> Break:
    @answers
    def mutate(answer: Response) -> None:
        if answer.status_code == instead_of:
            answer.status_code = status

    return mutate


def changed(change: Callable[[Value], object]) -> Break:
    """Of every answer that is a JSON object."""

    @answers
    def mutate(answer: Response) -> None:
        value = answer.get_json(silent=True)
        if isinstance(value, dict):
            change(value)
            answer.data = json.dumps(value)

    return mutate


def late(page: Value) -> None:
    """It begins a row behind its cursor."""
    if request.args.get("after"):
        page["items"] = page["items"][1:]


def all_fail(answer: Value) -> None:
    for one in answer.get("outcomes", ()):
        one.update(outcome="failed", code="broken")


@answers
def other_cells(answer: Response) -> None:
    if answer.mimetype == "text/csv":
        answer.data = answer.get_data().replace(b"Text 01", b"Text 02")


def asked(found: str, instead: str) -> Break:
    """The app hears of another path or query."""

    def break_app(app: Flask) -> None:
        whole = app.wsgi_app

        def changed_request(environ: Value, start: Any) -> Any:
            for name in ("PATH_INFO", "QUERY_STRING"):
                environ[name] = environ[name].replace(found, instead)
            return whole(environ, start)

        app.wsgi_app = changed_request  # type: ignore[method-assign, assignment]

    return break_app


# What is broken, and the cases that must see it.
MUTANTS: dict[str, tuple[Break, set[str]]] = {
    "no ETag": (without_etag, {"etag"}),
    "stale ETags are taken": (answering(200, 412), {"etag"}),
    "everything is taken": (answering(201, 400), {"limits", "bad_input", "references"}),
    "rows in use go": (answering(200, 409), {"references"}),
    "a cursor is one off": (changed(late), {"cursors_and_sort"}),
    "outcomes are others": (changed(all_fail), {"bulk", "csv_both_ways", "undo", "retry", "titles_are_heads"}),
    "a table has other cells": (other_cells, {"csv_both_ways", "export_is_loaded"}),
    "a field is hidden": (changed(lambda value: value.pop("group_id", None)), {"calls", "openapi"}),
    "no call is described": (changed(lambda value: value.get("paths", {}).clear()), {"openapi"}),
    "a dry run writes": (asked("dry_run=true", "dry_run=false"), {"dry_run_and_load"}),
    "a load updates what is there": (asked("on_conflict=fail", "on_conflict=update"), {"retry"}),
}


@pytest.mark.parametrize(("break_app", "seen_by"), MUTANTS.values(), ids=MUTANTS)
def test_broken_promise_is_seen_with_the_file_to_look_at(database: str, break_app: Break, seen_by: set[str]) -> None:
    """Of types, which have a reference. No document says what a broken app answers, so it has a name of its own."""
    app = create_app(Settings(sqlalchemy_database_uri=database, service_token=TOKEN))
    app.name = "mutant"
    break_app(app)
    for name in sorted(seen_by):
        empty_tables(database)
        with pytest.raises(pytest.fail.Exception, match=r"resources/types\.py: "):
            check(name, app, TYPES, database)


def test_every_case_is_proved_by_a_mutant() -> None:
    assert set.union(*(seen_by for _, seen_by in MUTANTS.values())) == set(ALL_CASES)
