"""From the ledger to the catalog, call by call: lost, repeated, refused, late, cancelled."""

from collections.abc import Iterator

import pytest
import requests
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from catalog.app import create_app as create_catalog
from catalog.settings import Settings as CatalogSettings
from importer.loads.apply import bulk_call, close_key, store
from importer.loads.catalog import Catalog, CatalogAwayError, Verdict
from importer.settings import Settings
from stackroom_kit.settings import Secret
from tests.support.importer.applying import apply_all, apply_one, applying, queueing, run_out, taken_chunk
from tests.support.importer.ledger import Ledger
from tests.support.importer.loads import BATCHES, TOKEN, groups, lines_of, load, words
from tests.support.servers.served import served


def test_repeated_apply_changes_nothing_even_after_an_edit(
    client: FlaskClient, ledger: Ledger, settings: Settings, catalog: str
) -> None:
    batch_id = applying(client, ledger, [{"id": 1, "name": "loaded"}])
    chunk, lines = taken_chunk(ledger, "lost")
    Catalog(settings).apply(bulk_call(chunk, lines))  # its answer is lost
    requests.put(f"{catalog}/api/groups/1", json={"name": "edited"}, timeout=10)
    assert not apply_one(ledger, settings)  # under lease
    run_out(ledger)
    assert apply_one(ledger, settings)
    assert groups(catalog)[1] == "edited"
    assert client.get(f"{BATCHES}/{batch_id}").get_json()["changes"]["updated"] == 1


def test_catalog_that_is_away_counts_nothing(client: FlaskClient, ledger: Ledger, settings: Settings) -> None:
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}])
    nowhere = Settings(**{**vars(settings), "catalog_url": "http://127.0.0.1:9"})
    wrong_token = Settings(**{**vars(settings), "service_token": Secret("wrong")})
    for away in (nowhere, wrong_token):
        for _ in range(5):
            with pytest.raises(CatalogAwayError):
                apply_one(ledger, away)
    assert ledger.column("SELECT refusals FROM importer.chunk") == [0]
    assert client.get(f"{BATCHES}/{batch_id}").get_json()["state"] == "running"
    assert apply_one(ledger, settings)
    assert ledger.states(batch_id) == ["done"]


POISON = """
CREATE OR REPLACE FUNCTION refuse_thirteen() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF NEW.id = 13 THEN RAISE 'no thirteen here'; END IF; RETURN NEW; END $$"""
TRIGGER = """
CREATE TRIGGER thirteen BEFORE INSERT ON tbc.books_files_groups FOR EACH ROW EXECUTE FUNCTION refuse_thirteen()"""


@pytest.fixture
def poison(ledger_uri: str, catalog: str) -> Iterator[None]:
    engine = create_engine(ledger_uri)
    with engine.begin() as connection:
        for statement in (POISON, TRIGGER):
            connection.exec_driver_sql(statement)
    yield
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER thirteen ON tbc.books_files_groups"))


@pytest.mark.usefixtures("poison")
def test_row_that_the_catalog_always_refuses_costs_only_itself(
    client: FlaskClient, ledger: Ledger, settings: Settings, catalog: str
) -> None:
    batch_id = applying(client, ledger, [{"id": row, "name": "n"} for row in range(10, 50)])
    apply_all(ledger, settings, 200)
    batch = client.get(f"{BATCHES}/{batch_id}").get_json()
    assert (batch["outcomes"]["ok"], batch["outcomes"]["failed"], batch["changes"]["created"]) == (39, 1, 39)
    (failed,) = [line for line in lines_of(client, batch) if line["outcome"] == "failed"]
    assert (failed["row"], failed["code"], failed["id"]) == (4, "refused_by_catalog", 13)
    assert 13 not in groups(catalog)
    assert len(groups(catalog)) == 41


def test_chunk_that_is_too_large_for_the_catalog_is_cut(
    client: FlaskClient, ledger: Ledger, settings: Settings, catalog: str
) -> None:
    batch_id = applying(client, ledger, [{"id": row, "name": "n"} for row in range(10, 42)])
    narrow = CatalogSettings(sqlalchemy_database_uri=settings.database_uri, service_token=TOKEN, max_bulk_items=3)
    with served(create_catalog(narrow)) as address:
        apply_all(ledger, Settings(**{**vars(settings), "catalog_url": address}), 100)
    assert client.get(f"{BATCHES}/{batch_id}").get_json()["changes"]["created"] == 32
    assert len(groups(catalog)) == 34


def test_refused_chunk_that_was_applied_after_all_takes_that_outcome(
    client: FlaskClient, ledger: Ledger, settings: Settings
) -> None:
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}, {"id": 6, "name": "y"}])
    chunk, lines = taken_chunk(ledger, "lost")
    Catalog(settings).apply(bulk_call(chunk, lines))
    store(ledger.engine, chunk, lines, close_key(Catalog(settings), chunk, "413: too large"))
    assert ledger.states(batch_id) == ["done"]
    assert words(client, {"id": batch_id}) == ["created", "created"]


def test_load_served_least_recently_is_applied_first(client: FlaskClient, ledger: Ledger, settings: Settings) -> None:
    """Ten rows behind a load of many chunks wait for one of its chunks, not for all."""
    queued = queueing(settings)
    ledger.operations = ("load_groups",)
    large = load(queued, [{"id": row} for row in range(100, 8100)])["id"]
    small = load(queued, [{"id": row} for row in range(10, 20)])["id"]
    while chunk := ledger.claim():
        ledger.report(chunk)
    for _ in range(2):
        apply_one(ledger, settings)
    assert ledger.states(small) == ["done"]
    assert ledger.states(large).count("done") == 1


def test_cancelled_load_applies_nothing_that_is_computed_already(
    client: FlaskClient, ledger: Ledger, settings: Settings, catalog: str
) -> None:
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}, {"id": 6, "name": "y"}])
    cancelled = client.post(f"{BATCHES}/{batch_id}/cancel").get_json()
    assert (cancelled["state"], cancelled["outcomes"]["cancelled"]) == ("cancelled", 2)
    assert not apply_one(ledger, settings)
    assert sorted(groups(catalog)) == [1, 2]


def offered(client: FlaskClient, ledger: Ledger, settings: Settings, is_applied: bool) -> str:
    """A load whose only call to the catalog got no answer."""
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}])
    chunk, lines = taken_chunk(ledger, "lost")
    if is_applied:
        Catalog(settings).apply(bulk_call(chunk, lines))
    return batch_id


@pytest.mark.parametrize("is_applied", [True, False])
def test_cancel_says_what_became_of_a_call_without_an_answer(
    client: FlaskClient, ledger: Ledger, settings: Settings, catalog: str, is_applied: bool
) -> None:
    batch_id = offered(client, ledger, settings, is_applied)
    assert client.post(f"{BATCHES}/{batch_id}/cancel").get_json()["outcomes"]["pending"] == 1
    run_out(ledger)
    assert apply_one(ledger, settings)
    batch = client.get(f"{BATCHES}/{batch_id}").get_json()
    assert (batch["state"], batch["changes"]["created"]) == (("done", 1) if is_applied else ("cancelled", 0))
    assert (5 in groups(catalog)) is is_applied


def test_late_copy_of_a_call_changes_nothing_after_a_cancel(
    client: FlaskClient, ledger: Ledger, settings: Settings, catalog: str
) -> None:
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}])
    chunk, lines = taken_chunk(ledger, "slow")
    client.post(f"{BATCHES}/{batch_id}/cancel")
    run_out(ledger)
    assert apply_one(ledger, settings)
    assert Catalog(settings).apply(bulk_call(chunk, lines)).verdict is Verdict.CLOSED
    assert (ledger.states(batch_id), sorted(groups(catalog))) == (["cancelled"], [1, 2])


def test_pieces_of_a_cancelled_load_are_not_applied(
    client: FlaskClient, ledger: Ledger, settings: Settings, catalog: str
) -> None:
    batch_id = applying(client, ledger, [{"id": row, "name": "x"} for row in range(5, 25)])
    chunk, lines = taken_chunk(ledger, "slow")
    client.post(f"{BATCHES}/{batch_id}/cancel")
    store(ledger.engine, chunk, lines, close_key(Catalog(settings), chunk, "500: no"))
    while apply_one(ledger, settings):
        pass
    assert client.get(f"{BATCHES}/{batch_id}").get_json()["outcomes"]["cancelled"] == 20
    assert sorted(groups(catalog)) == [1, 2]


def answering(status: int, body: str) -> Flask:
    """A catalog that answers every call with this, also whether it is ready."""
    app = Flask("ill")
    app.register_error_handler(404, lambda _: Response(body, status, content_type="application/json"))
    return app


STRANGE_OUTCOMES = ("[]", '[{"id": 5}]', '[{"outcome": "created"}]', "null", '[{"id": 5, "outcome": 1}]')
STRANGE_ANSWERS = [
    (500, '{"code":"internal_error"}'), (200, "<html>"), (200, "{}"), (404, ""),
    *((200, f'{{"outcomes": {outcomes}}}') for outcomes in STRANGE_OUTCOMES),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body"), STRANGE_ANSWERS)
def test_catalog_that_is_ill_or_none_at_all_counts_nothing(
    client: FlaskClient, ledger: Ledger, settings: Settings, status: int, body: str
) -> None:
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}])
    with served(answering(status, body)) as address:
        ill = Settings(**{**vars(settings), "catalog_url": address})
        for _ in range(5):
            with pytest.raises(CatalogAwayError):
                apply_one(ledger, ill)
    assert ledger.column("SELECT refusals FROM importer.chunk") == [0]
    assert ledger.states(batch_id) == ["applying"]
    assert apply_one(ledger, settings)
    assert ledger.states(batch_id) == ["done"]
