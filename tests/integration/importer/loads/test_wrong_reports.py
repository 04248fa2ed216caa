"""Loads of which workers reported what cannot be: nothing of it reaches the catalog, and nothing hangs."""

import pytest
from flask.testing import FlaskClient

from importer.ledger.report import Report, report
from importer.ledger.report_lines import WrongReportError
from importer.settings import Settings
from tests.support.importer.applying import apply_one, applying, queueing
from tests.support.importer.ledger import LEASE, Ledger
from tests.support.importer.loads import BATCHES, groups, load, words

GARBAGE = "UPDATE importer.chunk SET output = 'garbage' WHERE state = 'applying'"


def test_what_cannot_be_read_is_computed_again(client: FlaskClient, ledger: Ledger, settings: Settings) -> None:
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}])
    ledger.run(GARBAGE)
    assert not apply_one(ledger, settings)
    assert ledger.column("SELECT error_code FROM importer.chunk") == ["wrong_report"]
    ledger.make_due()
    ledger.report(ledger.must_claim())
    assert apply_one(ledger, settings)
    assert words(client, {"id": batch_id}) == ["created"]


def test_what_never_can_be_read_ends_as_failed_rows(client: FlaskClient, ledger: Ledger, settings: Settings) -> None:
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}])
    ledger.run("UPDATE importer.chunk SET failures = 4")
    ledger.run(GARBAGE)
    assert not apply_one(ledger, settings)
    assert words(client, {"id": batch_id}) == ["wrong_report"]
    assert client.get(f"{BATCHES}/{batch_id}").get_json()["state"] == "done_with_errors"


def test_what_cannot_be_read_of_a_cancelled_load_is_cancelled(
    client: FlaskClient, ledger: Ledger, settings: Settings
) -> None:
    batch_id = applying(client, ledger, [{"id": 5, "name": "x"}])
    ledger.run("UPDATE importer.chunk SET offered = true")
    ledger.run(GARBAGE)
    client.post(f"{BATCHES}/{batch_id}/cancel")
    assert not apply_one(ledger, settings)
    assert client.get(f"{BATCHES}/{batch_id}").get_json()["state"] == "cancelled"
    ledger.run("UPDATE importer.batch SET open = false, ended_at = now()")
    assert client.delete(f"{BATCHES}/{batch_id}").status_code == 200


def test_what_cannot_be_read_of_an_undo_fails(client: FlaskClient, ledger: Ledger, settings: Settings) -> None:
    batch_id = load(client, [{"id": 5, "name": "x"}])["id"]
    queued = queueing(settings)
    undo = queued.post(f"{BATCHES}/{batch_id}/undo").get_json()
    ledger.run(GARBAGE)
    assert not apply_one(ledger, settings)
    assert words(client, undo) == ["wrong_report"]


FORGED = {
    "another-id": b'{"row":1,"outcome":"ok","result":{"id":77,"name":"forged"}}\n',
    "another-type": b'{"row":1,"outcome":"ok","result":{"id":5,"name":"x","price":1}}\n',
    "no-id": b'{"row":1,"outcome":"ok","result":{"name":"x"}}\n',
}


@pytest.mark.parametrize("line", FORGED.values(), ids=FORGED)
def test_report_of_a_load_cannot_name_what_nobody_sent(
    client: FlaskClient, ledger: Ledger, settings: Settings, catalog: str, line: bytes
) -> None:
    queued = queueing(settings)
    batch_id = load(queued, [{"id": 5, "name": "x"}])["id"]
    ledger.operations = ("load_groups",)
    with pytest.raises(WrongReportError):
        report(ledger.engine, ledger.registry, Report(ledger.must_claim().token, line), None, LEASE)
    assert ledger.states(batch_id) == ["ready"]
    assert not apply_one(ledger, settings)
    assert set(groups(catalog)) == {1, 2}
