"""Batches of operations that a worker has brought: taken, computed, followed and read, also once nobody knows them."""

import json

import msgspec
import pytest

from importer.database import make_engine
from tests.support.importer.ledger import Ledger
from tests.support.workers.calls import BATCHES, Importer
from tests.support.workers.registering import ISBN, TEXT, Foreign, described, listed

pytestmark = pytest.mark.usefixtures("look_at_once")


def test_operation_that_a_worker_brings_is_listed_taken_computed_and_read(importer: Importer) -> None:
    worker = Foreign(importer)
    assert worker.register(described()) == {}
    found = listed(importer)
    assert found is not None
    assert (found["title"], found["version"], found["queues"], found["slots"]) == ("Find ISBNs", 1, ["isbn"], 1)
    assert (found["schema"], found["result_schema"], found["registered"]["worker"]) == (TEXT, ISBN, "w1")
    rows = b"Words;id;seen_on\nsee 123;1;31.12.2026\nno;x;\nlate;3;tomorrow\n"
    sent = importer.client.post(f"{BATCHES}?operation=extract_isbn", data=rows, content_type="text/csv")
    batch = sent.get_json()
    assert (sent.status_code, batch["queue"], batch["outcomes"]["refused"]) == (202, "isbn", 2), batch
    chunk = worker.claim("t1", "extract_isbn")
    assert chunk is not None
    assert json.loads(bytes(chunk.records))[0] == {"id": 1, "text": "see 123", "seen_on": "2026-12-31"}
    line = b'{"row":1,"outcome":"ok","result":{"isbn":"123"}}\n'
    assert worker.call("report", line, token="t1").status_code == 204
    results = importer.client.get(f"{BATCHES}/{batch['id']}/results?format=csv").data.decode("utf-8-sig").splitlines()
    assert results[0] == "row,line,outcome,code,field,detail,id,text,seen_on,isbn"
    assert results[1] == "1,2,ok,,,,,,,123"
    assert results[3] == '3,4,refused,wrong_value,seen_on,"`seen_on` must be a day, as 2026-12-31.",3,late,tomorrow,'


@pytest.mark.parametrize(("told", "unit"), [({"unit": "pages"}, "pages"), ({}, "steps")], ids=["told", "older-worker"])
def test_progress_is_told_in_the_unit_of_the_operation(importer: Importer, told: dict[str, str], unit: str) -> None:
    """A worker of before tells none."""
    worker = Foreign(importer)
    known = {name: value for name, value in msgspec.to_builtins(described()).items() if name != "unit"}
    body = {**worker.beat("extract_isbn"), "described": [{**known, **told}]}
    assert worker.call("register", body).json() == {"refused": {}}
    found = listed(importer)
    assert found is not None
    assert found["unit"] == unit
    sent = importer.client.post(f"{BATCHES}?operation=extract_isbn", json=[{"id": 1, "text": "t"}])
    assert worker.claim("t1", "extract_isbn") is not None
    worker.call("renew", {"token": "t1", "current": 3, "total": 12})
    assert importer.batch(sent.get_json()["id"])["at_hand"] == {"current": 3, "total": 12, "unit": unit}


def test_results_are_read_as_what_they_were_when_the_batch_was_accepted(importer: Importer) -> None:
    worker = Foreign(importer)
    worker.register(described())
    rows = [{"id": 1, "text": "t"}, {"id": 2, "text": "u"}]
    batch_id = importer.client.post(f"{BATCHES}?operation=extract_isbn", json=rows).get_json()["id"]
    assert worker.claim("t1", "extract_isbn") is not None
    lines = b'{"row":1,"outcome":"ok","result":{"isbn":"1"}}\n'
    failed = b'{"row":2,"outcome":"failed","code":"none","detail":"None.","id":2,"text":"u"}\n'
    worker.call("report", lines + failed, token="t1")

    def csv_of(batch: str) -> list[str]:
        text: str = importer.client.get(f"{BATCHES}/{batch}/results?format=csv").data.decode("utf-8-sig")
        return text.splitlines()

    assert csv_of(batch_id)[0] == "row,line,outcome,code,field,detail,id,text,seen_on,isbn"
    newer = {**ISBN, "properties": {"number": {"type": "string"}}, "required": ["number"]}
    assert worker.register(described(version=2, result=newer)) == {}
    assert csv_of(batch_id) == [
        "row,line,outcome,code,field,detail,id,text,isbn", "1,,ok,,,,,,1", "2,,failed,none,,None.,2,u,",
    ]  # fmt: skip
    again = importer.client.post(f"{BATCHES}/{batch_id}/retry").get_json()
    assert [importer.batch(one)["operation_version"] for one in (batch_id, again["id"])] == [1, 2]
    assert csv_of(again["id"])[0].endswith(",number")


def test_report_that_is_no_result_of_the_operation_is_refused(importer: Importer) -> None:
    worker = Foreign(importer)
    worker.register(described())
    importer.client.post(f"{BATCHES}?operation=extract_isbn", json={"records": [{"id": 1, "text": "t"}]})
    assert worker.claim("t1", "extract_isbn") is not None
    answer = worker.call("report", b'{"row":1,"outcome":"ok","result":{"isbn":7}}\n', token="t1")
    assert (answer.status_code, answer.json()["code"]) == (400, "wrong_report")


def test_batch_of_an_operation_that_nobody_serves_waits_for_a_worker(importer: Importer) -> None:
    worker = Foreign(importer)
    worker.register(described())
    worker.call("goodbye", {"worker": "w1", "incarnation": "a1"})
    found = listed(importer)
    assert found is not None
    assert (found["slots"], found["waiting_for_worker"]) == (0, True)
    sent = importer.client.post(f"{BATCHES}?operation=extract_isbn", json={"records": [{"id": 1, "text": "t"}]})
    batch_id = sent.get_json()["id"]
    assert importer.batch(batch_id)["state"] == "waiting_for_worker"
    worker.register(described())
    assert importer.batch(batch_id)["state"] == "queued"
    assert worker.claim("t1", "extract_isbn") is not None


def test_batch_of_an_operation_that_nobody_knows_any_more_can_be_seen_read_and_cancelled(
    importer: Importer, migrated: str
) -> None:
    worker = Foreign(importer)
    worker.register(described(min_rows=1, max_rows=1))
    rows = [{"id": 1, "text": "a"}, {"id": 2, "text": "b"}]
    batch_id = importer.client.post(f"{BATCHES}?operation=extract_isbn", json=rows).get_json()["id"]
    assert worker.claim("t1", "extract_isbn") is not None
    worker.call("report", b'{"row":1,"outcome":"ok","result":{"isbn":"1"}}\n', token="t1")
    Ledger(make_engine(migrated, 1)).run("DELETE FROM importer.operation")
    assert listed(importer) is None
    assert importer.batch(batch_id)["outcomes"] == {"ok": 1, "failed": 0, "refused": 0, "cancelled": 0, "pending": 1}
    assert importer.client.post(f"{BATCHES}/{batch_id}/cancel").get_json()["state"] == "cancelled"
    results = importer.client.get(f"{BATCHES}/{batch_id}/results?format=csv").data.decode("utf-8-sig").splitlines()
    assert results == ["row,line,outcome,code,field,detail,isbn", "1,,ok,,,,1"]
    rest = importer.client.get(f"{BATCHES}/{batch_id}/results?format=csv&outcome=cancelled").text.splitlines()
    assert rest[1:] == ["2,,cancelled,,,,2,b"]
    again = importer.client.post(f"{BATCHES}/{batch_id}/retry")
    assert (again.status_code, again.get_json()["code"]) == (422, "unknown_operation")
