"""How many batches are taken at all, and what it costs to know how many are open."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from importer.app import create_app
from importer.ledger.batch import MOST_AHEAD, QUEUE_POSITION
from importer.ledger.open_chunks import USES, OpenChunks
from importer.settings import Settings
from tests.support.importer.ledger import Ledger

BATCHES = "/api/importer/batches"


def test_too_much_open_is_refused_by_source_and_in_all(ledger: Ledger, ledger_uri: str) -> None:
    settings = Settings(sqlalchemy_database_uri=ledger_uri, max_open_chunks=3, max_open_chunks_per_source=2)
    client = create_app(settings).test_client()
    body = {"records": [{"id": 1, "payload": "x"}]}
    codes = [client.post(f"{BATCHES}?source={source}", json=body) for source in ("a", "a", "a", "b", "c")]
    assert [answer.status_code for answer in codes] == [202, 202, 429, 202, 503]
    assert [answer.get_json().get("code") for answer in (codes[2], codes[4])] == [
        "source_has_too_much_open", "too_much_open",
    ]  # fmt: skip
    assert codes[2].headers["Retry-After"] == codes[4].headers["Retry-After"] == "10"
    ledger.report(ledger.must_claim())
    assert client.post(f"{BATCHES}?source=c", json=body).status_code == 202


def test_count_of_many_open_chunks_serves_for_a_moment(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importer.ledger.open_chunks.FEW", 1)
    seconds = 0.0

    def clock() -> float:
        """Each look takes half a second."""
        nonlocal seconds
        seconds += 0.5
        return seconds

    found = OpenChunks(ledger.engine, clock)
    ledger.accept(1)
    assert [found.count(None, 9), found.count("test", 9)] == [1, 1]
    ledger.accept(1)
    assert found.count(None, 9) == 2  # few are counted anew each time
    ledger.accept(1)
    assert (found.count(None, 9), found.count("another", 9), found.count("test", 9)) == (2, 0, 3)
    seconds += USES / 2
    assert found.count(None, 9) == 3


def test_place_in_the_queue_is_counted_up_to_a_hundred(
    client: FlaskClient, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = [ledger.accept(1) for _ in range(3)]
    places = [client.get(f"{BATCHES}/{batch_id}").get_json()["queue_position"] for batch_id in batches]
    assert places == [0, 1, 2]
    statement = text(QUEUE_POSITION.text.replace(f"LIMIT {MOST_AHEAD}", "LIMIT 1"))
    monkeypatch.setattr("importer.ledger.batch.QUEUE_POSITION", statement)
    assert client.get(f"{BATCHES}/{batches[2]}").get_json()["queue_position"] == 1


def test_nearly_full_disk_is_refused(ledger: Ledger, ledger_uri: str) -> None:
    client = create_app(Settings(sqlalchemy_database_uri=ledger_uri, min_free_bytes=2**60)).test_client()
    answer = client.post(BATCHES, json={"records": [{"id": 1, "payload": "x"}]})
    assert (answer.status_code, answer.get_json()["code"]) == (503, "disk_low")
