"""Workers bring operations of their own: which description holds, who may serve it, what the importer makes of it."""

import json
from typing import Any

import msgspec
import pytest

from importer.database import make_engine
from importer.settings import Settings
from importer.worker_api.app import create_app as create_worker_api
from stackroom_jobs.description import Description, task_name_of
from tests.support.importer.ledger import Ledger
from tests.support.servers.served import served
from tests.support.workers.calls import BATCHES, TOKEN, WORKERS, Importer
from tests.support.workers.registering import ISBN, OPERATIONS, TEXT, Foreign, described, listed, silence, version_of


@pytest.fixture(autouse=True)
def look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes see what others wrote within a second; here at once."""
    monkeypatch.setattr("importer.registry.registry.LOOK_SECONDS", 0.0)


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


def test_higher_version_holds_and_the_other_serves_it_no_more(importer: Importer) -> None:
    old, new = Foreign(importer, "old"), Foreign(importer, "new")
    assert old.register(described(title="Old")) == {}
    assert new.register(described(version=2)) == {}
    assert version_of(importer) == 2
    old.heartbeat("extract_isbn")
    assert (old.served(), new.served()) == ([], ["extract_isbn"])
    importer.client.post(f"{BATCHES}?operation=extract_isbn", json={"records": [{"id": 1, "text": "t"}]})
    assert old.claim("t1", "extract_isbn") is None
    assert new.claim("t2", "extract_isbn") is not None
    sentence = old.register(described(title="Old"))["extract_isbn"]
    assert sentence.startswith("the worker 'new' serves version 2, which is above version 1: update this worker")
    workers = importer.client.get(WORKERS).get_json()["items"]
    assert [worker["refused"] for worker in workers if worker["name"] == "old"] == [{"extract_isbn": sentence}]


def test_of_two_descriptions_of_one_version_the_first_holds(
    importer: Importer, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = Foreign(importer, "first"), Foreign(importer, "second")
    assert first.register(described()) == {}
    for _ in range(2):
        refused = second.register(described(title="Other"))
        assert "give the one that is changed a higher version" in refused["extract_isbn"]
    assert Foreign(importer, "third").register(described()) == {}
    assert sum("worker=second may not serve extract_isbn" in one.getMessage() for one in caplog.records) == 1


@pytest.mark.parametrize("end", ["goodbye", "silence"])
def test_any_version_may_register_once_nobody_has_the_higher_one(importer: Importer, migrated: str, end: str) -> None:
    """A rollback."""
    new, old = Foreign(importer, "new"), Foreign(importer, "old")
    new.register(described(version=2))
    assert old.register(described()) != {}
    if end == "goodbye":
        new.call("goodbye", {"worker": "new", "incarnation": "a1"})
    else:
        silence(migrated, "new")
    assert old.register(described()) == {}
    assert (version_of(importer), old.served()) == (1, ["extract_isbn"])


def test_worker_that_was_silent_while_another_version_was_registered_serves_it_no_more(
    importer: Importer, migrated: str
) -> None:
    """It held the higher one, came back, and registers it again."""
    new, old = Foreign(importer, "new"), Foreign(importer, "old")
    new.register(described(version=2))
    silence(migrated, "new")
    old.register(described())
    new.heartbeat("extract_isbn")
    assert new.served() == []
    assert new.register(described(version=2)) == {}
    assert (version_of(importer), new.served()) == (2, ["extract_isbn"])
    old.heartbeat("extract_isbn")
    assert old.served() == []


def test_worker_that_is_started_again_may_bring_another_version(importer: Importer, migrated: str) -> None:
    Foreign(importer).register(described(version=2))
    silence(migrated, "w1")
    again = Foreign(importer, incarnation="a2")
    again.heartbeat("extract_isbn")
    assert again.served() == [], "this start of it described nothing yet"
    assert again.register(described()) == {}
    assert version_of(importer) == 1


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


def test_importer_that_is_started_again_knows_what_was_registered(importer: Importer, migrated: str) -> None:
    Foreign(importer).register(described())
    again = Importer(migrated, importer.url)
    assert version_of(again) == 1
    assert again.client.post(f"{BATCHES}?operation=extract_isbn", json=[{"id": 1, "text": "t"}]).status_code == 202


REFUSED = {
    "built-in": (described("normalize_record"), "the name normalize_record is the importer's own"),
    "load": (described("load"), "the name load is the importer's own"),
}


@pytest.mark.parametrize(("description", "sentence"), REFUSED.values(), ids=REFUSED)
def test_names_of_the_importers_own_operations_are_reserved(
    importer: Importer, description: Description, sentence: str
) -> None:
    assert Foreign(importer).register(description)[description.name].startswith(sentence)
    normalize = importer.client.get(OPERATIONS).get_json()["items"][0]
    assert (normalize["name"], normalize["title"], normalize["registered"]) == (
        "normalize_record", "Normalise records", None,
    )  # fmt: skip


def test_built_in_operation_may_be_described_as_it_is(importer: Importer) -> None:
    own = importer.client.get(OPERATIONS).get_json()["items"][0]
    same = described(own["name"], record=own["schema"], result=own["result_schema"], title="Another title")
    worker = Foreign(importer)
    assert worker.register(same) == {}
    assert worker.served() == ["normalize_record"]


WRONG = {
    "no-schema": {"record": {"type": "array"}},
    "queue": {"queues": ["CPU!"]},
    "rows": {"min_rows": 5, "max_rows": 4},
    "name-of-a-load": {"name": "load_shelves", "task_name": task_name_of("load_shelves")},
    "version": {"version": 0},
    "unit": {"unit": " pages"},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_description_beyond_its_bounds_is_a_wrong_message(importer: Importer, change: dict[str, Any]) -> None:
    worker = Foreign(importer)
    body = {**worker.beat("extract_isbn"), "described": [{**msgspec.to_builtins(described()), **change}]}
    answer = worker.call("register", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "wrong_message"), answer.text
    assert listed(importer) is None


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


def test_queue_with_the_name_of_the_default_queue_is_refused(migrated: str) -> None:
    """Its list in Redis would be the default queue's."""
    settings = Settings(sqlalchemy_database_uri=migrated, worker_token=TOKEN, celery_default_queue="isbn")
    with served(create_worker_api(settings)) as url:
        sentence = Foreign(Importer(migrated, url)).register(described())["extract_isbn"]
    assert "the name that CELERY_DEFAULT_QUEUE gives to the default queue" in sentence
