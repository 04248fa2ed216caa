"""An operation's own right: asked for however its batch is sent, and by whatever call a batch is changed."""

import gzip
import io
import json
from typing import Any

import msgspec
import pytest
from werkzeug.test import TestResponse

from importer.app import create_app
from importer.settings import Settings
from stackroom_kit.actor import ANONYMOUS, Actor
from stackroom_kit.rights import ROLES, Role, missing, rights_of
from tests.support.identity.door import Door
from tests.support.identity.settings import ACTOR_KEY
from tests.support.importer.ledger import Ledger
from tests.support.importer.resources import know_resources
from tests.support.workers.registering import described

BATCHES, PREVIEW = "/api/importer/batches", "/api/importer/preview"
NDJSON = "application/x-ndjson"
RECORDS: dict[str, tuple[Role, dict[str, Any]]] = {
    "normalize_record": ("operator", {"id": 1, "payload": "x"}),
    "load_groups": ("editor", {"id": 1, "name": "x"}),
    "count_secrets": ("admin", {"id": 1, "text": "x"}),
}
CHANGES = (("POST", "/cancel"), ("POST", "/retry"), ("POST", "/undo"), ("DELETE", ""))


def somebody(role: Role) -> Actor:
    return Actor("7", "ann", "user", role, rights_of(role))


@pytest.fixture
def door(ledger: Ledger, ledger_uri: str, monkeypatch: pytest.MonkeyPatch) -> Door:
    """The importer with AUTH=on, where a worker has brought an operation for administrators."""
    monkeypatch.setattr("importer.registry.registry.LOOK_SECONDS", 0.0)
    know_resources(ledger.engine)
    secrets = msgspec.json.encode(described("count_secrets", right="admin", queues=["cpu"])).decode()
    ledger.run(
        "INSERT INTO importer.operation (name, revision, version, description, registered_by) "
        "VALUES ('count_secrets', 'r', 1, :description, 'w1') ON CONFLICT DO NOTHING",
        description=secrets,
    )
    settings = Settings(sqlalchemy_database_uri=ledger_uri, auth="on", actor_key=ACTOR_KEY)
    return Door(create_app(settings).test_client(use_cookies=False))


def sent(record: dict[str, Any], form: str) -> dict[str, Any]:
    """Options of the test client."""
    line = json.dumps(record).encode()
    head, cells = ",".join(record), ",".join(map(str, record.values()))
    forms: dict[str, dict[str, Any]] = {
        "ndjson": {"data": line, "content_type": NDJSON},
        "json": {"json": {"records": [record]}},
        "csv": {"data": f"{head}\n{cells}\n".encode(), "content_type": "text/csv"},
        "gzip": {"data": gzip.compress(line), "content_type": NDJSON, "headers": {"Content-Encoding": "gzip"}},
        "form": {"data": {"file": (io.BytesIO(line), "a.ndjson")}},
    }
    return forms[form]


def check_refused(answer: TestResponse, lacking: list[Any]) -> None:
    """Every right that is missing is named at once."""
    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden"), answer.text
    assert answer.headers["WWW-Authenticate"].endswith(f'error="insufficient_scope", scope="{" ".join(lacking)}"')
    assert [one["detail"] for one in answer.get_json()["errors"]] == [
        f"The right {one!r} is missing." for one in lacking
    ]


@pytest.mark.parametrize("path", [BATCHES, PREVIEW])
@pytest.mark.parametrize("form", ["ndjson", "json", "csv", "gzip", "form"])
@pytest.mark.parametrize("operation", RECORDS)
def test_batch_is_sent_and_looked_at_with_the_right_of_its_operation(
    door: Door, ledger: Ledger, operation: str, form: str, path: str
) -> None:
    right, record = RECORDS[operation]
    for role in ROLES:
        answer = door.signed(somebody(role), "POST", f"{path}?operation={operation}", **sent(record, form))
        lacking = missing({"operator", right}, rights_of(role))
        if lacking:
            check_refused(answer, lacking)
        else:
            assert answer.status_code == (202 if path == BATCHES else 200), answer.text
    accepted = len(ROLES) - ROLES.index(right) if path == BATCHES else 0
    assert ledger.column("SELECT count(*) FROM importer.batch") == [accepted]


def test_key_of_an_earlier_batch_is_no_way_round(door: Door) -> None:
    options = {**sent(RECORDS["load_groups"][1], "ndjson"), "headers": {"Idempotency-Key": "monday"}}
    path = f"{BATCHES}?operation=load_groups"
    assert door.signed(somebody("editor"), "POST", path, **options).status_code == 202
    check_refused(door.signed(somebody("operator"), "POST", path, **options), ["editor"])


def test_operation_that_a_file_is_found_to_fit_is_only_told(door: Door) -> None:
    options = {"data": b"id,name\n5,E\n", "content_type": "text/csv"}
    answer = door.signed(somebody("operator"), "POST", PREVIEW, **options)
    assert (answer.status_code, answer.get_json()["operation"]) == (200, "load_groups")


@pytest.mark.parametrize("path", ["ingest", "progress"])
def test_calls_for_tasks_need_the_right_of_their_operation(door: Door, path: str) -> None:
    options = {"json": {"records": [{"id": 1, "payload": "x"}]}}
    check_refused(door.signed(somebody("reader"), "POST", f"/api/importer/{path}", **options), ["operator"])
    assert door.signed(somebody("operator"), "POST", f"/api/importer/{path}", **options).status_code in {200, 202}


def batch_of(door: Door, operation: str) -> str:
    _, record = RECORDS[operation]
    answer = door.signed(somebody("admin"), "POST", f"{BATCHES}?operation={operation}", **sent(record, "ndjson"))
    batch_id: str = answer.get_json()["id"]
    return batch_id


@pytest.mark.parametrize(("method", "path"), CHANGES)
@pytest.mark.parametrize("operation", RECORDS)
def test_batch_is_changed_with_the_right_of_its_operation(door: Door, operation: str, method: str, path: str) -> None:
    right, _ = RECORDS[operation]
    of_call: Role = "editor" if path == "/undo" else "operator"
    batch = f"{BATCHES}/{batch_of(door, operation)}"
    before = door.signed(somebody("admin"), "GET", batch).get_json()
    assert before["right"] == right
    for role in ROLES:
        lacking = missing({of_call, right}, rights_of(role))
        if lacking:
            check_refused(door.signed(somebody(role), method, batch + path), lacking)
            assert door.signed(somebody("admin"), "GET", batch).get_json() == before
        else:
            assert door.signed(somebody(role), method, batch + path).status_code not in {401, 403}


def test_batch_of_an_operation_that_nobody_knows_any_more_is_the_administrators(door: Door, ledger: Ledger) -> None:
    batch = f"{BATCHES}/{batch_of(door, 'count_secrets')}"
    ledger.run("DELETE FROM importer.operation")
    for role in ROLES[1:3]:
        check_refused(door.signed(somebody(role), "POST", f"{batch}/cancel"), ["admin"])
    assert door.signed(somebody("admin"), "POST", f"{batch}/cancel").get_json()["state"] == "cancelled"


def test_missing_right_is_told_of_a_batch_that_is_not_there(door: Door) -> None:
    check_refused(door.signed(somebody("reader"), "POST", f"{BATCHES}/nowhere/retry"), ["operator"])
    assert door.signed(somebody("operator"), "POST", f"{BATCHES}/nowhere/retry").status_code == 404


def test_own_batches_are_those_of_the_user_by_whatever_he_sent_them(door: Door, ledger: Ledger) -> None:
    ann, by_token = somebody("operator"), Actor("7", "ann", "token", "operator", ("reader", "operator"), "t1")
    others = Actor("8", "ann", "user", "operator", rights_of("operator"))
    path, options = f"{BATCHES}?operation=normalize_record", sent(RECORDS["normalize_record"][1], "ndjson")
    ids = [door.signed(actor, "POST", path, **options).get_json()["id"] for actor in (ann, by_token, others)]
    ledger.run(
        "UPDATE importer.batch SET actor_id = NULL, actor_name = NULL, actor_kind = NULL WHERE id = :id", id=ids[2]
    )
    listed = door.signed(ann, "GET", f"{BATCHES}?mine=true").get_json()["items"]
    assert [(one["id"], one["sent_by"]["kind"]) for one in listed] == [(ids[1], "token"), (ids[0], "user")]
    everything = door.signed(ann, "GET", BATCHES).get_json()["items"]
    assert [one["sent_by"] and one["sent_by"]["id"] for one in everything] == [None, "7", "7"]
    anybody = Actor("", "", "anonymous", "reader", ("reader",))
    assert door.signed(anybody, "GET", f"{BATCHES}?mine=true").get_json()["code"] == "sign_in_needed"
    assert door.signed(ANONYMOUS, "GET", BATCHES).status_code == 401
