"""A resource that only the catalog was told of is loaded like every other: rows of all types, dry run, undo, retry."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from catalog.app import create_app as create_catalog
from catalog.settings import Settings as CatalogSettings
from importer.app import create_app
from importer.ledger.apply import Applier
from importer.loads.apply import apply_next
from importer.loads.catalog import Catalog, CatalogAwayError
from importer.loads.resources import ResourceReader
from importer.registry.registry import Registry
from importer.registry.store import keep_resources
from importer.settings import Settings
from importer.worker_api.app import create_app as create_worker_api
from stackroom_jobs.protocol import CONTRACT_VERSION
from tests.support.catalog.cabinets import BOARDS, CABINETS, app_with_cabinets, make_tables
from tests.support.importer.ledger import LEASE, Ledger
from tests.support.importer.loads import BATCHES, TOKEN, lines_of, load, words
from tests.support.importer.resources import LISTED, LOADS, know_resources
from tests.support.servers.embedded import REGISTER, emptying
from tests.support.servers.served import served

OPERATION = "load_cabinets"


@pytest.fixture(scope="module")
def running_catalog(ledger_uri: str) -> Iterator[str]:
    """One that has cabinets beside its own."""
    with served(app_with_cabinets(ledger_uri, service_token=TOKEN)) as address:
        yield address


@pytest.fixture
def catalog(ledger: Ledger, ledger_uri: str, running_catalog: str) -> Iterator[str]:
    """Its tables are made anew, and so their ids begin at one."""
    with create_engine(ledger_uri).begin() as connection:
        connection.execute(text(emptying(*REGISTER)))
        connection.execute(text("INSERT INTO tbc.books_files_groups VALUES (1, 'text', NULL), (2, 'audio', NULL)"))
        for table in (BOARDS.table, CABINETS.table):
            table.drop(connection, checkfirst=True)
    make_tables(ledger_uri)
    yield running_catalog
    know_resources(ledger.engine)
    ledger.run("DELETE FROM importer.resource WHERE name IN ('cabinets', 'boards')")


def cabinets(catalog: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = requests.get(f"{catalog}/api/cabinets/", timeout=10).json()["items"]
    return found


def sent_csv(client: FlaskClient, body: str, query: str = "") -> Any:
    answer = client.post(f"{BATCHES}?operation={OPERATION}{query}", data=body.encode(), content_type="text/csv")
    assert answer.status_code == 202, answer.text
    return answer.get_json()


TABLE = """label;number;weight;height;is_open;is_lit;opened_on;seen_at;side;group;spare_group
 A-1 ;1 000;1,5;12,50;да;;31.12.1999;2026-01-02T03:04:05+03:00;right;text;audio
B-2;;;;;нет;;;;audio;
"""


def test_table_with_cells_of_every_type_makes_rows_whose_ids_the_catalog_makes(
    client: FlaskClient, catalog: str
) -> None:
    batch = sent_csv(client, TABLE)
    assert batch["outcomes"]["ok"] == 2, lines_of(client, batch)
    first, second = cabinets(catalog)
    assert {name: first[name] for name in ("label", "number", "weight", "height", "is_open", "is_lit")} == {
        "label": "A-1", "number": 1000, "weight": 1.5, "height": "12.50", "is_open": True, "is_lit": None,
    }  # fmt: skip
    assert (first["opened_on"], first["seen_at"], first["side"]) == ("1999-12-31", "2026-01-02T00:04:05Z", "right")
    assert (first["group_name"], first["spare_group_name"]) == ("text", "audio")
    assert (second["is_open"], second["is_lit"], second["side"], second["spare_group_id"]) == (
        True,
        False,
        "left",
        None,
    )
    assert [line["result"]["id"] for line in lines_of(client, batch)] == [first["id"], second["id"]]


def test_null_clears_a_reference_that_may_be_none(client: FlaskClient, catalog: str) -> None:
    sent_csv(client, TABLE)
    first = cabinets(catalog)[0]["id"]
    sent_csv(client, f"id;spare_group\n{first};\n", "&on_conflict=update")
    assert cabinets(catalog)[0]["spare_group_name"] is None


def test_export_of_the_catalog_is_loaded_as_it_is(client: FlaskClient, catalog: str) -> None:
    """What is only shown is passed over, and said."""
    sent_csv(client, TABLE)
    exported = requests.get(f"{catalog}/api/cabinets/?format=csv", timeout=10).content.decode("utf-8-sig")
    batch = sent_csv(client, exported, "&on_conflict=update")
    assert batch["changes"] == {"created": 0, "updated": 0, "unchanged": 2, "skipped": 0}
    assert batch["input"]["passed_over"] == {"fields": ["group_name", "spare_group_name"]}


WRONG = {
    "two-spare-references": (
        {"label": "x", "group_id": 1, "spare_group": "text", "spare_group_id": 1},
        "failed",
        "two_references",
        "spare_group",
    ),
    "two-references": ({"label": "x", "group": "text", "group_id": 1}, "failed", "two_references", "group"),
    "no-reference": ({"label": "x", "group_id": None}, "failed", "missing_field", "group_id"),
    "nobody": ({"label": "x", "group": "nobody"}, "failed", "unknown_group", "group"),
    "twice": ({"label": "A-1", "group_id": 1}, "failed", "not_unique", "label"),
    "day": ({"label": "x", "group_id": 1, "opened_on": "31.12.1999"}, "refused", "wrong_value", "opened_on"),
    "decimal": ({"label": "x", "group_id": 1, "height": "1.234"}, "refused", "wrong_value", "height"),
    "number-for-a-decimal": ({"label": "x", "group_id": 1, "height": 1.5}, "refused", "wrong_type", "height"),
    "truth": ({"label": "x", "group_id": 1, "is_open": "yes"}, "refused", "wrong_type", "is_open"),
    "word": ({"label": "x", "group_id": 1, "side": "top"}, "refused", "wrong_value", "side"),
    "large-integer": ({"label": "x", "group_id": 1, "number": 2**63}, "refused", "wrong_value", "number"),
    "long": ({"label": "x" * 21, "group_id": 1}, "failed", "too_long", "label"),
    "no-such-row": ({"id": 999, "label": "x", "group_id": 1}, "failed", "id_is_made", "id"),
    "unknown-field": ({"label": "x", "group_id": 1, "colour": "red"}, "refused", "unknown_field", "colour"),
}


@pytest.mark.parametrize(("row", "outcome", "code", "field"), WRONG.values(), ids=WRONG)
def test_wrong_row_costs_itself_alone(
    client: FlaskClient, catalog: str, row: dict[str, Any], outcome: str, code: str, field: str
) -> None:
    requests.post(f"{catalog}/api/cabinets/", json={"label": "A-1", "group_id": 1}, timeout=10).raise_for_status()
    batch = load(client, [{"label": "first", "group_id": 1}, row, {"label": "last", "group": "text"}], "", OPERATION)
    first, wrong, last = lines_of(client, batch)
    assert (first["outcome"], last["outcome"]) == ("ok", "ok")
    assert (wrong["outcome"], wrong["code"], wrong.get("field")) == (outcome, code, field), wrong


def test_dry_run_undo_and_retry(client: FlaskClient, catalog: str) -> None:
    rows = [{"label": "a", "group": "text"}, {"label": "b", "group": "film"}]
    tried = load(client, rows, "&dry_run=true", OPERATION)
    assert (words(client, tried), cabinets(catalog)) == (["created", "unknown_group"], [])
    batch = load(client, rows, "", OPERATION)
    requests.post(f"{catalog}/api/groups/", json={"id": 3, "name": "film"}, timeout=10).raise_for_status()
    again = client.post(f"{BATCHES}/{batch['id']}/retry").get_json()
    assert words(client, again) == ["created"]
    assert [row["label"] for row in cabinets(catalog)] == ["a", "b"]
    undone = client.post(f"{BATCHES}/{batch['id']}/undo").get_json()
    assert undone["changes"] == {"removed": 1}
    assert [row["label"] for row in cabinets(catalog)] == ["b"]


def test_listed_load_has_the_schema_of_its_resource(client: FlaskClient) -> None:
    (found,) = [one for one in client.get("/api/importer/operations").get_json()["items"] if one["name"] == OPERATION]
    assert (found["title"], found["loads"], found["right"], found["registered"]) == (
        "Import cabinets into the register", "cabinets", "editor", None,
    )  # fmt: skip
    assert found["schema"]["required"] == []
    assert found["schema"]["properties"]["group_id"]["x-reference"] == {"resource": "groups", "by": "name"}
    assert found["schema"]["properties"]["group_name"]["readOnly"] is True


@pytest.fixture
def queueing(settings: Settings) -> FlaskClient:
    """Of an importer that has workers and a dispatcher."""
    return create_app(Settings(**{**vars(settings), "celery_task_always_eager": False})).test_client()


def test_load_is_503_until_the_catalog_has_told_what_it_holds(
    queueing: FlaskClient, settings: Settings, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importer.registry.registry.LOOK_SECONDS", 0.0)
    ledger.run("DELETE FROM importer.resource")

    def sent(operation: str) -> tuple[int, Any, str | None]:
        answer = queueing.post(f"{BATCHES}?operation={operation}", json=[{"id": 1, "label": "a", "group_id": 1}])
        return answer.status_code, answer.get_json().get("code"), answer.headers.get("Retry-After")

    assert sent(OPERATION) == sent("load_groups") == (503, "catalog_unavailable", "5")
    assert sent("nothing")[:2] == (422, "unknown_operation")
    ResourceReader(ledger.engine, Catalog(settings)).read()
    assert sent(OPERATION)[0] == 202
    assert sent("load_nothing")[:2] == (422, "unknown_operation")


def test_load_is_taken_while_the_catalog_is_away(ledger: Ledger, ledger_uri: str, settings: Settings) -> None:
    ResourceReader(ledger.engine, Catalog(settings)).read()
    away = Settings(sqlalchemy_database_uri=ledger_uri, catalog_url="http://127.0.0.1:1", service_token=TOKEN)
    ResourceReader(ledger.engine, Catalog(away)).read()
    client = create_app(away).test_client()
    assert client.post(f"{BATCHES}?operation={OPERATION}", json=[{"label": "a", "group_id": 1}]).status_code == 202


def test_resource_that_an_answer_does_not_name_goes_after_a_while(ledger: Ledger, settings: Settings) -> None:
    """An older replica of the catalog may have given that answer."""
    ResourceReader(ledger.engine, Catalog(settings)).read()
    keep_resources(ledger.engine, LISTED)
    assert OPERATION in Registry(ledger.engine).loads()
    keep_resources(ledger.engine, LISTED)
    ledger.run("UPDATE importer.resource SET missing_since = missing_since - interval '2 h'")
    keep_resources(ledger.engine, LISTED)
    assert Registry(ledger.engine).loads() == list(LOADS)


def test_catalog_that_does_not_know_a_resource_yet_is_away(
    queueing: FlaskClient, settings: Settings, ledger: Ledger, ledger_uri: str
) -> None:
    """Nothing is refused or counted; a newer replica applies it."""
    ResourceReader(ledger.engine, Catalog(settings)).read()
    batch = load(queueing, [{"label": "a", "group_id": 1}], "", OPERATION)
    ledger.operations = (OPERATION,)
    ledger.report(ledger.must_claim())
    old = CatalogSettings(sqlalchemy_database_uri=ledger_uri, service_token=TOKEN)
    with served(create_catalog(old)) as address:
        older = Catalog(Settings(**{**vars(settings), "catalog_url": address}))
        with pytest.raises(CatalogAwayError):
            apply_next(ledger.engine, Applier("one", LEASE), older)
    assert ledger.column("SELECT refusals FROM importer.chunk WHERE batch_id = :id", id=batch["id"]) == [0]
    assert apply_next(ledger.engine, Applier("one", LEASE), Catalog(settings))
    assert words(queueing, batch) == ["created"]


@pytest.mark.parametrize("named", ["load", OPERATION])
def test_worker_that_has_load_serves_every_load_and_is_told_of_the_references(
    queueing: FlaskClient, settings: Settings, ledger: Ledger, named: str
) -> None:
    """One of the contract before names the loads that it knows."""
    ResourceReader(ledger.engine, Catalog(settings)).read()
    load(queueing, [{"label": "a", "group": "text"}], "", OPERATION)
    worker = create_worker_api(Settings(**{**vars(settings), "worker_token": TOKEN})).test_client()
    headers = {"Authorization": f"Bearer {TOKEN.reveal()}", "Stackroom-Contract": str(CONTRACT_VERSION)}

    def call(path: str, body: dict[str, Any]) -> Any:
        return worker.post(f"/internal/{path}", data=msgspec.json.encode(body), headers=headers)

    who = {"worker": "w1", "operations": [named], "incarnation": "a1"}
    beat = {"host": "h", "contract": CONTRACT_VERSION, "queues": ["cpu"], "slots": 1, "versions": {}}
    assert call("heartbeat", {**who, **beat}).status_code == 200
    (seen,) = queueing.get("/api/importer/workers").get_json()["items"]
    assert OPERATION in seen["operations"]
    chunk = call("claim", {**who, "queue": "cpu", "delivery": "d", "token": "t"}).get_json()
    assert (chunk["operation"], chunk["records"]) == (OPERATION, [{"label": "a", "group": "text"}])
    assert chunk["options"]["references"] == {
        "group_id": {"named": "group", "is_nullable": False},
        "spare_group_id": {"named": "spare_group", "is_nullable": True},
    }
