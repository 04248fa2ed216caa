"""From the ledger to the catalog, call by call: lost, repeated, refused, late, cancelled."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from importer.app import create_app
from importer.applying.apply import Applier
from importer.applying.catalog import Catalog, CatalogAwayError, Verdict
from importer.applying.chunks import ApplyingChunks
from importer.ledger.report import Report, report
from importer.ledger.report_lines import WrongReportError
from importer.settings import Settings
from stackroom_kit.settings import Secret
from tests.support.ledger import LEASE, Ledger
from tests.support.loads import BATCHES, groups, lines_of, load, words
from tests.support.served import served


def applying(client: FlaskClient, ledger: Ledger, rows: list[Any]) -> str:
    """A load that is computed and not applied."""
    queued = create_app(Settings(**{**vars(settings_of(client)), "celery_task_always_eager": False})).test_client()
    batch_id = str(load(queued, rows, "&on_conflict=update")["id"])
    ledger.operations = ("load_groups",)
    ledger.report(ledger.must_claim())
    assert ledger.states(batch_id) == ["applying"]
    return batch_id


def settings_of(client: FlaskClient) -> Settings:
    found: Settings = client.application.extensions["importer"].settings
    return found


def applier(ledger: Ledger, settings: Settings, name: str = "one") -> Applier:
    return Applier(ApplyingChunks(ledger.engine, name, LEASE), Catalog(settings))


def run_out(ledger: Ledger) -> None:
    ledger.run("UPDATE importer.chunk SET due_at = now() WHERE state = 'applying'")


def apply_all(ledger: Ledger, settings: Settings, calls: int) -> None:
    """What is refused is asked for again at once; so many times at most."""
    for _ in range(calls):
        run_out(ledger)
        if not applier(ledger, settings).apply_next():
            break


def test_repeated_apply_changes_nothing_even_after_an_edit(
    client: FlaskClient, ledger: Ledger, settings: Settings, catalog: str
) -> None:
    batch_id = applying(client, ledger, [{"id": 1, "name": "loaded"}])
    chunk = ApplyingChunks(ledger.engine, "lost", LEASE).take()
    assert chunk is not None
    Catalog(settings).apply(applier(ledger, settings).call_of(chunk))  # its answer is lost
    requests.put(f"{catalog}/api/groups/1", json={"name": "edited"}, timeout=10)
    assert not applier(ledger, settings).apply_next()  # under lease
    run_out(ledger)
    assert applier(ledger, settings).apply_next()
    assert groups(catalog)[1] == "edited"
    assert client.get(f"{BATCHES}/{batch_id}").get_json()["changes"]["updated"] == 1


def test_catalog_that_is_away_counts_nothing(client: FlaskClient, ledger: Ledger, settings: Settings) -> None:
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}])
    nowhere = Settings(**{**vars(settings), "catalog_url": "http://127.0.0.1:9"})
    wrong_token = Settings(**{**vars(settings), "service_token": Secret("wrong")})
    for away in (nowhere, wrong_token):
        for _ in range(5):
            with pytest.raises(CatalogAwayError):
                applier(ledger, away).apply_next()
    assert ledger.column("SELECT refusals FROM importer.chunk") == [0]
    assert client.get(f"{BATCHES}/{batch_id}").get_json()["state"] == "running"
    assert applier(ledger, settings).apply_next()
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


@pytest.mark.parametrize("catalog_settings", [{"max_bulk_items": 3}])
def test_chunk_that_is_too_large_for_the_catalog_is_cut(
    client: FlaskClient, ledger: Ledger, settings: Settings, catalog: str
) -> None:
    batch_id = applying(client, ledger, [{"id": row, "name": "n"} for row in range(10, 42)])
    apply_all(ledger, settings, 100)
    assert client.get(f"{BATCHES}/{batch_id}").get_json()["changes"]["created"] == 32
    assert len(groups(catalog)) == 34


def test_refused_chunk_that_was_applied_after_all_takes_that_outcome(
    client: FlaskClient, ledger: Ledger, settings: Settings
) -> None:
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}, {"id": 6, "name": "y"}])
    chunk = ApplyingChunks(ledger.engine, "lost", LEASE).take()
    assert chunk is not None
    one = applier(ledger, settings)
    Catalog(settings).apply(one.call_of(chunk))
    one.give_up_after_refusals(chunk, "413: too large")
    assert ledger.states(batch_id) == ["done"]
    assert words(client, {"id": batch_id}) == ["created", "created"]


def test_load_served_least_recently_is_applied_first(client: FlaskClient, ledger: Ledger, settings: Settings) -> None:
    """Ten rows behind a load of many chunks wait for one of its chunks, not for all."""
    queued = create_app(Settings(**{**vars(settings), "celery_task_always_eager": False})).test_client()
    ledger.operations = ("load_groups",)
    large = load(queued, [{"id": row} for row in range(100, 8100)])["id"]
    small = load(queued, [{"id": row} for row in range(10, 20)])["id"]
    while chunk := ledger.claim():
        ledger.report(chunk)
    one = applier(ledger, settings)
    for _ in range(2):
        one.apply_next()
    assert ledger.states(small) == ["done"]
    assert ledger.states(large).count("done") == 1


def test_cancelled_load_applies_nothing_that_is_computed_already(
    client: FlaskClient, ledger: Ledger, settings: Settings, catalog: str
) -> None:
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}, {"id": 6, "name": "y"}])
    cancelled = client.post(f"{BATCHES}/{batch_id}/cancel").get_json()
    assert (cancelled["state"], cancelled["outcomes"]["cancelled"]) == ("cancelled", 2)
    assert not applier(ledger, settings).apply_next()
    assert sorted(groups(catalog)) == [1, 2]


def offered(client: FlaskClient, ledger: Ledger, settings: Settings, is_applied: bool) -> str:
    """A load whose only call to the catalog got no answer."""
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}])
    chunk = ApplyingChunks(ledger.engine, "lost", LEASE).take()
    assert chunk is not None
    if is_applied:
        Catalog(settings).apply(applier(ledger, settings).call_of(chunk))
    return batch_id


@pytest.mark.parametrize("is_applied", [True, False])
def test_cancel_says_what_became_of_a_call_without_an_answer(
    client: FlaskClient, ledger: Ledger, settings: Settings, catalog: str, is_applied: bool
) -> None:
    batch_id = offered(client, ledger, settings, is_applied)
    assert client.post(f"{BATCHES}/{batch_id}/cancel").get_json()["outcomes"]["pending"] == 1
    run_out(ledger)
    assert applier(ledger, settings).apply_next()
    batch = client.get(f"{BATCHES}/{batch_id}").get_json()
    assert (batch["state"], batch["changes"]["created"]) == (("done", 1) if is_applied else ("cancelled", 0))
    assert (5 in groups(catalog)) is is_applied


def test_late_copy_of_a_call_changes_nothing_after_a_cancel(
    client: FlaskClient, ledger: Ledger, settings: Settings, catalog: str
) -> None:
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}])
    chunk = ApplyingChunks(ledger.engine, "slow", LEASE).take()
    assert chunk is not None
    client.post(f"{BATCHES}/{batch_id}/cancel")
    run_out(ledger)
    one = applier(ledger, settings)
    assert one.apply_next()
    assert Catalog(settings).apply(one.call_of(chunk)).verdict is Verdict.CLOSED
    assert (ledger.states(batch_id), sorted(groups(catalog))) == (["cancelled"], [1, 2])


def test_pieces_of_a_cancelled_load_are_not_applied(
    client: FlaskClient, ledger: Ledger, settings: Settings, catalog: str
) -> None:
    batch_id = applying(client, ledger, [{"id": row, "name": "x"} for row in range(5, 25)])
    chunk = ApplyingChunks(ledger.engine, "slow", LEASE).take()
    assert chunk is not None
    client.post(f"{BATCHES}/{batch_id}/cancel")
    one = applier(ledger, settings)
    one.give_up_after_refusals(chunk, "500: no")
    while one.apply_next():
        pass
    assert client.get(f"{BATCHES}/{batch_id}").get_json()["outcomes"]["cancelled"] == 20
    assert sorted(groups(catalog)) == [1, 2]


def answering(status: int, body: str) -> Flask:
    """A catalog that answers every call with this, also whether it is ready."""
    app = Flask("ill")
    app.register_error_handler(404, lambda _: Response(body, status, content_type="application/json"))
    return app


@pytest.mark.parametrize(
    ("status", "body"), [(500, '{"code":"internal_error"}'), (200, "<html>"), (200, "{}"), (404, "")]
)
def test_catalog_that_is_ill_or_none_at_all_counts_nothing(
    client: FlaskClient, ledger: Ledger, settings: Settings, status: int, body: str
) -> None:
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}])
    with served(answering(status, body)) as address:
        ill = Settings(**{**vars(settings), "catalog_url": address})
        for _ in range(5):
            with pytest.raises(CatalogAwayError):
                applier(ledger, ill).apply_next()
    assert ledger.column("SELECT refusals FROM importer.chunk") == [0]
    assert ledger.states(batch_id) == ["applying"]


GARBAGE = "UPDATE importer.chunk SET output = 'garbage' WHERE state = 'applying'"


def test_what_cannot_be_read_is_computed_again(client: FlaskClient, ledger: Ledger, settings: Settings) -> None:
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}])
    ledger.run(GARBAGE)
    assert not applier(ledger, settings).apply_next()
    assert ledger.column("SELECT error_code FROM importer.chunk") == ["wrong_report"]
    ledger.make_due()
    ledger.report(ledger.must_claim())
    assert applier(ledger, settings).apply_next()
    assert words(client, {"id": batch_id}) == ["created"]


def test_what_never_can_be_read_ends_as_failed_rows(client: FlaskClient, ledger: Ledger, settings: Settings) -> None:
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}])
    ledger.run("UPDATE importer.chunk SET failures = 4")
    ledger.run(GARBAGE)
    assert not applier(ledger, settings).apply_next()
    assert words(client, {"id": batch_id}) == ["wrong_report"]
    assert client.get(f"{BATCHES}/{batch_id}").get_json()["state"] == "done_with_errors"


def test_what_cannot_be_read_of_a_cancelled_load_is_cancelled(
    client: FlaskClient, ledger: Ledger, settings: Settings
) -> None:
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}])
    ledger.run("UPDATE importer.chunk SET offered = true")
    ledger.run(GARBAGE)
    client.post(f"{BATCHES}/{batch_id}/cancel")
    assert not applier(ledger, settings).apply_next()
    assert client.get(f"{BATCHES}/{batch_id}").get_json()["state"] == "cancelled"
    ledger.run("UPDATE importer.batch SET open = false, ended_at = now()")
    assert client.delete(f"{BATCHES}/{batch_id}").status_code == 200


def test_what_cannot_be_read_of_an_undo_fails(client: FlaskClient, ledger: Ledger, settings: Settings) -> None:
    batch_id = load(client, [{"id": 5, "name": "x"}])["id"]
    queued = create_app(Settings(**{**vars(settings), "celery_task_always_eager": False})).test_client()
    undo = queued.post(f"{BATCHES}/{batch_id}/undo").get_json()
    ledger.run(GARBAGE)
    assert not applier(ledger, settings).apply_next()
    assert words(client, undo) == ["wrong_report"]


@pytest.mark.parametrize(
    "outcomes", ["[]", '[{"id": 5}]', '[{"outcome": "created"}]', "null", '[{"id": 5, "outcome": 1}]']
)
def test_catalog_that_answers_what_no_catalog_does_counts_as_away(
    client: FlaskClient, ledger: Ledger, settings: Settings, outcomes: str
) -> None:
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}])
    strange = Flask("strange")
    strange.add_url_rule(
        "/api/groups/bulk",
        "bulk",
        lambda: Response(f'{{"outcomes": {outcomes}}}', content_type="application/json"),
        methods=["POST"],
    )
    with served(strange) as address, pytest.raises(CatalogAwayError):
        applier(ledger, Settings(**{**vars(settings), "catalog_url": address})).apply_next()
    assert applier(ledger, settings).apply_next()
    assert ledger.states(batch_id) == ["done"]


FORGED = {
    "another-id": b'{"row":1,"outcome":"ok","result":{"id":77,"name":"forged"}}\n',
    "another-type": b'{"row":1,"outcome":"ok","result":{"id":5,"name":"x","price":1}}\n',
    "no-id": b'{"row":1,"outcome":"ok","result":{"name":"x"}}\n',
}


@pytest.mark.parametrize("line", FORGED.values(), ids=FORGED)
def test_report_of_a_load_cannot_name_what_nobody_sent(
    client: FlaskClient, ledger: Ledger, settings: Settings, catalog: str, line: bytes
) -> None:
    queued = create_app(Settings(**{**vars(settings), "celery_task_always_eager": False})).test_client()
    batch_id = load(queued, [{"id": 5, "name": "x"}])["id"]
    ledger.operations = ("load_groups",)
    with pytest.raises(WrongReportError):
        report(ledger.engine, Report(ledger.must_claim().token, line), None, LEASE)
    assert ledger.states(batch_id) == ["ready"]
    assert not applier(ledger, settings).apply_next()
    assert set(groups(catalog)) == {1, 2}
