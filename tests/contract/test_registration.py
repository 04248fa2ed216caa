"""Workers bring operations of their own: which description holds, and who may serve it."""

from typing import Any

import msgspec
import pytest

from importer.settings import Settings
from importer.worker_api.app import create_app as create_worker_api
from stackroom_jobs.description import Description, task_name_of
from tests.support.servers.served import served
from tests.support.workers.calls import BATCHES, TOKEN, WORKERS, Importer
from tests.support.workers.registering import OPERATIONS, Foreign, described, listed, silence, version_of

pytestmark = pytest.mark.usefixtures("look_at_once")


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


def test_queue_with_the_name_of_the_default_queue_is_refused(migrated: str) -> None:
    """Its list in Redis would be the default queue's."""
    settings = Settings(sqlalchemy_database_uri=migrated, worker_token=TOKEN, celery_default_queue="isbn")
    with served(create_worker_api(settings)) as url:
        sentence = Foreign(Importer(migrated, url)).register(described())["extract_isbn"]
    assert "the name that CELERY_DEFAULT_QUEUE gives to the default queue" in sentence
