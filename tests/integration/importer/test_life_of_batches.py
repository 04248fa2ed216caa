"""What becomes of batches later: retried, deleted, over."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from importer.database import make_engine
from importer.ledger.accept import NewBatch, accept
from importer.ledger.claim import ClaimedChunk, claim
from importer.ledger.lease import fail_whole, renew
from importer.ledger.workers import forget_worker, note_heartbeat
from importer.parsing.chunks import Chunks
from importer.parsing.rows import RowBlock, Rows
from stackroom_jobs.protocol import CONTRACT_VERSION, Goodbye, Heartbeat
from stackroom_kit.disk_room import temporary_room
from tests.support.importer.ledger import LEASE, LIMITS, Ledger, failed_batch, records_of

BATCHES = "/api/importer/batches"


def test_retry_is_a_new_batch_of_what_failed_and_was_cancelled(client: FlaskClient, ledger: Ledger) -> None:
    batch_id = failed_batch(ledger)
    before = client.get(f"{BATCHES}/{batch_id}").get_json()
    answer = client.post(f"{BATCHES}/{batch_id}/retry")
    assert answer.status_code == 202
    new = answer.get_json()
    assert (new["retry_of"], new["rows"], new["source"], new["created"]) == (batch_id, 20, "test", True)
    assert records_of(ledger, new["id"]) == [{"id": row, "payload": f"p{row}"} for row in range(11, 31)]
    assert (before["retry_batch"], before["undo_batch"]) == (None, None)
    assert client.get(f"{BATCHES}/{batch_id}").get_json() == {**before, "retry_batch": new["id"]}


def test_cancelled_rows_can_be_fetched_as_they_were_given(client: FlaskClient, ledger: Ledger) -> None:
    address = f"{BATCHES}/{failed_batch(ledger)}/results"
    lines = [json.loads(line) for line in client.get(f"{address}?outcome=cancelled").data.splitlines()]
    assert lines == [
        {"row": row, "outcome": "cancelled", "id": row, "payload": f"p{row}"} for row in range(21, 31)
    ]  # fmt: skip
    assert {json.loads(line)["row"] for line in client.get(address).data.splitlines()} == set(range(1, 21))
    for form, content_type in (("csv", "text/csv"), ("ndjson", "application/x-ndjson")):
        file = client.get(f"{address}?outcome=cancelled&format={form}").data
        again = client.post(BATCHES, data=file, content_type=content_type).get_json()
        assert (again["rows"], again["outcomes"]["refused"]) == (10, 0)


def test_retry_repeated_is_the_same_batch(client: FlaskClient, ledger: Ledger) -> None:
    batch_id = failed_batch(ledger)
    first, second = (client.post(f"{BATCHES}/{batch_id}/retry").get_json() for _ in range(2))
    assert (second["id"], second["created"]) == (first["id"], False)


def test_retry_keeps_refused_rows_out(client: FlaskClient, ledger: Ledger) -> None:
    body = b'{"id":1,"payload":"a"}\n{"id":2}\n{"id":3,"payload":"c"}\n'
    batch_id = client.post(BATCHES, data=body, content_type="application/x-ndjson").get_json()["id"]
    fail_whole(ledger.engine, ledger.must_claim().token, "broken", "It broke.")
    new = client.post(f"{BATCHES}/{batch_id}/retry").get_json()
    assert records_of(ledger, new["id"]) == [{"id": 1, "payload": "a"}, {"id": 3, "payload": "c"}]


def test_retry_needs_a_finished_batch_with_failures(client: FlaskClient, ledger: Ledger) -> None:
    batch_id = ledger.accept(10)
    assert client.post(f"{BATCHES}/{batch_id}/retry").get_json()["code"] == "not_finished"
    ledger.report(ledger.must_claim())
    answer = client.post(f"{BATCHES}/{batch_id}/retry")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "nothing_failed")
    assert client.post(f"{BATCHES}/nobody/retry").status_code == 404


def test_deleted_batch_is_gone_and_its_key_stays_taken(client: FlaskClient, ledger: Ledger) -> None:
    batch_id = ledger.accept(10, key="monday")
    open_answer = client.delete(f"{BATCHES}/{batch_id}")
    assert (open_answer.status_code, open_answer.get_json()["code"]) == (409, "not_finished")
    ledger.report(ledger.must_claim())
    assert client.delete(f"{BATCHES}/{batch_id}").get_json() == {"status": "deleted", "id": batch_id}
    for method, path in (("GET", ""), ("GET", "/results"), ("POST", "/cancel"), ("POST", "/retry"), ("DELETE", "")):
        answer = client.open(f"{BATCHES}/{batch_id}{path}", method=method)
        assert (answer.status_code, answer.get_json()["code"]) == (410, "batch_expired")
    assert client.get(f"/api/importer/status/{batch_id}").status_code == 410
    assert client.get(BATCHES).get_json()["items"] == []
    assert ledger.column("SELECT count(*) FROM importer.chunk") == [0]
    assert ledger.accept(10, key="monday") == batch_id


def test_batches_are_listed_by_state(client: FlaskClient, ledger: Ledger) -> None:
    cancelled, waiting = failed_batch(ledger), ledger.accept(10)

    def listed(state: str) -> list[str]:
        return [item["id"] for item in client.get(f"{BATCHES}?state={state}").get_json()["items"]]

    assert (listed("cancelled"), listed("waiting_for_worker"), listed("done")) == ([cancelled], [waiting], [])
    assert client.get(f"{BATCHES}?state=lost").status_code == 400


def test_batch_tells_how_far_the_long_records_at_hand_are(client: FlaskClient, ledger: Ledger) -> None:
    batch_id = ledger.accept(2, chunk_rows=1)
    chunks = ledger.must_claim(), ledger.must_claim()
    address = f"{BATCHES}/{batch_id}"
    assert client.get(address).get_json()["at_hand"] is None
    for chunk, (current, total) in zip(chunks, ((12, 40), (8, 60)), strict=True):
        assert renew(ledger.engine, chunk.token, current, total, 30)
    assert client.get(address).get_json()["at_hand"] == {"current": 20, "total": 100, "unit": "steps"}
    ledger.report(chunks[0])
    assert client.get(address).get_json()["at_hand"] == {"current": 8, "total": 60, "unit": "steps"}


def test_progress_within_a_chunk_counts_its_record_at_hand_alone(client: FlaskClient, ledger: Ledger) -> None:
    batch_id = ledger.accept(10, chunk_rows=10)
    assert renew(ledger.engine, ledger.must_claim().token, 3, 4, 30)
    assert client.get(f"{BATCHES}/{batch_id}").get_json()["progress"] == 0.075


def long_batch(client: FlaskClient, ledger: Ledger) -> tuple[str, ClaimedChunk]:
    """Two videos, the first of them in work."""
    videos = [{"id": f"film {number}.mp4", "payload": f"uploads/{number}.mp4"} for number in (1, 2)]
    batch_id = client.post(f"{BATCHES}?operation=process_video", json={"records": videos}).get_json()["id"]
    note_heartbeat(
        ledger.engine,
        Heartbeat("w1", "here", CONTRACT_VERSION, ["gpu"], 1, ["process_video"], {}, "a1"),
        "t",
        ["process_video"],
    )
    claimant = dataclasses.replace(ledger.claimant(queue="gpu"), operations=("process_video",))
    chunk = claim(ledger.engine, claimant, LEASE)
    assert chunk is not None
    return batch_id, chunk


def test_batch_names_the_long_records_that_are_in_work_and_those_that_wait(client: FlaskClient, ledger: Ledger) -> None:
    batch_id, chunk = long_batch(client, ledger)
    first, second = client.get(f"{BATCHES}/{batch_id}").get_json()["pending_records"]
    record = {"id": "film 1.mp4", "payload": "uploads/1.mp4"}
    assert first == {"row": 1, "record": record, "is_running": True, "current": None, "total": None}
    assert (second["row"], second["record"]["id"], second["is_running"]) == (2, "film 2.mp4", False)
    assert renew(ledger.engine, chunk.token, 12, 40, LEASE)
    first, _ = client.get(f"{BATCHES}/{batch_id}").get_json()["pending_records"]
    assert (first["current"], first["total"]) == (12, 40)
    ledger.report(chunk)
    (second,) = client.get(f"{BATCHES}/{batch_id}").get_json()["pending_records"]
    assert second["row"] == 2


def test_records_of_chunks_that_hold_many_are_not_named(client: FlaskClient, ledger: Ledger) -> None:
    assert client.get(f"{BATCHES}/{ledger.accept(3)}").get_json()["pending_records"] is None


def later(ledger: Ledger, seconds: int) -> None:
    """Let time pass: what the ledger wrote down is so much older."""
    ledger.run(f"UPDATE importer.batch SET started_at = started_at - interval '{seconds} s'")
    ledger.run(f"UPDATE importer.chunk SET due_at = due_at - interval '{seconds} s' WHERE state = 'leased'")


def test_seconds_left_of_a_long_record_fall_while_its_worker_is_not_heard(client: FlaskClient, ledger: Ledger) -> None:
    """A worker is heard of once in ten seconds; meanwhile it goes on at the same pace."""
    batch_id, chunk = long_batch(client, ledger)

    def seen() -> dict[str, Any]:
        found = client.get(f"{BATCHES}/{batch_id}").get_json()
        return {name: found[name] for name in ("records_per_second", "seconds_left")}

    assert seen() == {"records_per_second": None, "seconds_left": None}
    later(ledger, 3000)
    assert renew(ledger.engine, chunk.token, 1000, 4000, LEASE)  # a quarter of the first of two: 21,000 s are left
    heard = seen()
    assert heard["records_per_second"] == pytest.approx(0.25 / 3000, rel=0.01)
    assert heard["seconds_left"] == pytest.approx(21_000, rel=0.01)
    later(ledger, 9)
    assert seen() == {**heard, "seconds_left": pytest.approx(heard["seconds_left"] - 9, abs=2)}
    later(ledger, 22_000)
    assert seen() == {**heard, "seconds_left": None}


def test_seconds_left_are_not_guessed_while_no_worker_is_there(client: FlaskClient, ledger: Ledger) -> None:
    batch_id = ledger.accept(30)
    note_heartbeat(
        ledger.engine,
        Heartbeat("w1", "here", CONTRACT_VERSION, ["cpu"], 1, ["normalize_record"], {}, "a1"),
        "t",
        ["normalize_record"],
    )
    ledger.report(ledger.must_claim())
    running = client.get(f"{BATCHES}/{batch_id}").get_json()
    assert (running["state"], running["seconds_left"] is None) == ("running", False)
    forget_worker(ledger.engine, Goodbye("w1", "a1"), "t")
    waiting = client.get(f"{BATCHES}/{batch_id}").get_json()
    assert (waiting["state"], waiting["seconds_left"]) == ("waiting_for_worker", None)
    assert waiting["records_per_second"] > 0


def test_operations_say_their_fields_and_who_serves_them(client: FlaskClient) -> None:
    items = {item["name"]: item for item in client.get("/api/importer/operations").get_json()["items"]}
    assert items["load_types"]["loads"] == "types"
    assert items["normalize_record"]["slots"] == 0
    assert items["normalize_record"]["fields"] == [
        {"name": "id", "required": True}, {"name": "payload", "required": True},
    ]  # fmt: skip


def test_batch_may_take_longer_than_a_statement(
    ledger: Ledger, ledger_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows have no time limit; what comes behind them on the same connection has one again."""
    monkeypatch.setattr("importer.database.STATEMENT_SECONDS", 0.5)
    hasty = Ledger(make_engine(ledger_uri, pool_size=1))

    def blocks() -> Iterator[RowBlock]:
        yield RowBlock([{"id": 1, "payload": "x"}])
        ledger.run("SELECT pg_sleep(0.7)")
        yield RowBlock([{"id": 2, "payload": "x"}])

    new = NewBatch("normalize_record", "{}", "test", "cpu", "req", "digest")
    batch_id = accept(hasty.engine, new, Chunks(Rows(blocks(), 2), LIMITS, 1, 256_000), temporary_room(0)).batch_id
    assert hasty.states(batch_id) == ["ready", "ready"]
    with pytest.raises(OperationalError, match="statement timeout"):
        hasty.run("SELECT pg_sleep(0.7)")
    hasty.engine.dispose()
