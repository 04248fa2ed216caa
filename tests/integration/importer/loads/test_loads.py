"""Loads, with the real catalog behind a real socket: every row accounted for, applied once, and taken back."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from importer.ledger import follow_ups, results
from importer.ledger.batch_end import expire
from importer.settings import Settings
from tests.support.importer.ledger import Ledger
from tests.support.importer.loads import BATCHES, groups, lines_of, load, words

ROWS = [
    {"id": 5, "name": "  new  ", "comment": ""},
    {"id": 1, "name": "changed", "comment": "old"},
    {"id": 2, "name": "audio", "comment": None},
    {"id": 5, "name": "again"},
    {"id": "x", "name": "again"},
    {"id": 6, "name": "x" * 51},
]


@pytest.mark.parametrize(
    ("on_conflict", "expected", "changes"),
    [
        ("fail", ["created", "exists", "exists"], (1, 0, 0, 0)),
        ("skip", ["created", "skipped", "skipped"], (1, 0, 0, 2)),
        ("update", ["created", "updated", "unchanged"], (1, 1, 1, 0)),
    ],
)
def test_load_accounts_for_every_row(
    client: FlaskClient, catalog: str, on_conflict: str, expected: list[str], changes: tuple[int, ...]
) -> None:
    batch = load(client, ROWS, f"&on_conflict={on_conflict}")
    assert words(client, batch) == [*expected, "duplicate_of", "wrong_type", "too_long"]
    assert tuple(batch["changes"].values()) == changes
    assert list(batch["changes"]) == ["created", "updated", "unchanged", "skipped"]
    assert (batch["state"], batch["options"]) == ("done_with_errors", {"on_conflict": on_conflict, "dry_run": False})
    assert groups(catalog)[5] == "new"
    duplicate = lines_of(client, batch)[3]
    assert lines_of(client, batch)[5]["field"] == "name"
    assert (duplicate["detail"], duplicate["name"]) == ("Row 1 has the same id.", "again")


def test_load_of_types_finds_groups_by_name(client: FlaskClient, catalog: str) -> None:
    body = "id;file_name;group\n10;epub;text\n11;mp3;audio\n12;x;nobody\n"
    path = f"{BATCHES}?operation=load_types"
    batch = client.post(path, data=body.encode(), content_type="text/csv").get_json()
    assert words(client, batch) == ["created", "created", "unknown_group"]
    assert requests.get(f"{catalog}/api/types/11", timeout=10).json()["group_name"] == "audio"


def test_dry_run_says_the_same_as_the_load_and_changes_nothing(client: FlaskClient, catalog: str) -> None:
    before = groups(catalog)
    tried = load(client, ROWS, "&on_conflict=update&dry_run=true")
    assert groups(catalog) == before
    assert tried["options"]["dry_run"] is True
    assert all(line["result"]["dry_run"] for line in lines_of(client, tried) if line["outcome"] == "ok")
    done = load(client, ROWS, "&on_conflict=update")
    assert words(client, tried) == words(client, done)
    assert not any("dry_run" in line.get("result", {}) for line in lines_of(client, done))
    answer = client.post(f"{BATCHES}/{tried['id']}/undo")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "nothing_created")


def test_rows_that_are_not_ok_come_in_input_order_and_can_be_sent_again(client: FlaskClient) -> None:
    rows = [{"id": "x"}, *({"id": row, "name": "n"} for row in range(10, 3010)), {"id": 1}, {"id": 10}, {"id": 3010}]
    batch = load(client, rows)
    query = f"{BATCHES}/{batch['id']}/results?outcome=not_ok"
    lines = [json.loads(line) for line in client.get(query).data.splitlines()]
    assert [(line["row"], line["code"]) for line in lines] == [
        (1, "wrong_type"), (3002, "exists"), (3003, "duplicate_of"),
    ]  # fmt: skip
    table = client.get(f"{query}&format=csv").data
    again = client.post(f"{BATCHES}?operation=load_groups&on_conflict=skip", data=table, content_type="text/csv")
    assert (again.status_code, again.get_json()["rows"], again.get_json()["outcomes"]["ok"]) == (202, 3, 2)


def test_load_of_many_chunks_comes_back_complete_and_in_order(client: FlaskClient, catalog: str) -> None:
    rows = [{"id": row, "name": f"n{row}"} for row in range(100, 6100)] + [{"id": 5000}]
    batch = load(client, rows)
    lines = lines_of(client, batch)
    assert [line["row"] for line in lines] == list(range(1, 6002))
    assert batch["changes"]["created"] == 6000
    assert lines[-1]["code"] == "duplicate_of"
    assert len(groups(catalog)) == 6002


def test_undo_takes_back_what_nobody_changed_and_says_what_it_left(client: FlaskClient, catalog: str) -> None:
    batch = load(client, [{"id": row, "name": "n"} for row in (20, 21, 22, 1)], "&on_conflict=update")
    requests.put(f"{catalog}/api/groups/21", json={"name": "edited"}, timeout=10)
    undo = client.post(f"{BATCHES}/{batch['id']}/undo")
    assert undo.status_code == 202
    new = undo.get_json()
    assert (new["undo_of"], new["rows"], new["changes"], new["state"]) == (
        batch["id"], 3, {"removed": 2}, "done_with_errors",
    )  # fmt: skip
    assert words(client, new) == ["removed", "changed", "removed"]
    assert sorted(groups(catalog)) == [1, 2, 21]
    again = client.post(f"{BATCHES}/{batch['id']}/undo").get_json()
    assert (again["id"], again["created"]) == (new["id"], False)
    assert client.get(f"{BATCHES}/{batch['id']}").get_json()["undo_batch"] == new["id"]
    assert client.post(f"{BATCHES}/{new['id']}/undo").get_json()["code"] == "no_load"


def test_retry_of_a_load_loads_what_failed(client: FlaskClient, catalog: str) -> None:
    batch = load(client, [{"id": 10, "file_name": "epub", "group": "later"}], operation="load_types")
    requests.post(f"{catalog}/api/groups/", json={"id": 9, "name": "later"}, timeout=10)
    new = client.post(f"{BATCHES}/{batch['id']}/retry").get_json()
    assert (new["state"], new["changes"]["created"], new["retry_of"]) == ("done", 1, batch["id"])


def test_retry_of_an_undo_takes_back_what_it_left(client: FlaskClient, catalog: str) -> None:
    batch = load(client, [{"id": 20, "name": "n"}, {"id": 21, "name": "n"}])
    requests.post(f"{catalog}/api/types/", json={"id": 1, "group_id": 21}, timeout=10)
    undo = client.post(f"{BATCHES}/{batch['id']}/undo").get_json()
    assert words(client, undo) == ["removed", "in_use"]
    requests.delete(f"{catalog}/api/types/1", timeout=10)
    new = client.post(f"{BATCHES}/{undo['id']}/retry").get_json()
    assert (new["state"], new["changes"], new["rows"]) == ("done", {"removed": 1}, 1)
    assert (new["retry_of"], new["undo_of"]) == (undo["id"], batch["id"])
    assert sorted(groups(catalog)) == [1, 2]


@pytest.mark.parametrize("call", ["retry", "undo"])
def test_batch_is_not_deleted_while_it_is_read_for_another(
    client: FlaskClient, ledger: Ledger, settings: Settings, catalog: str, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that went in the middle would be missing in the new batch, and nobody would know."""
    batch = load(client, [{"id": row, "name": "n"} for row in range(10, 5010)] + [{"id": 1}])
    deletion: list[Any] = []
    pages = results.pages

    def slow_pages(*arguments: Any) -> Iterator[Any]:
        thread = threading.Thread(target=lambda: deletion.append(expire(ledger.engine, batch["id"])))
        thread.start()
        thread.join(0.5)
        assert not deletion, "the batch went while it was read"
        yield from pages(*arguments)
        threads.append(thread)

    threads: list[threading.Thread] = []
    monkeypatch.setattr(follow_ups, "pages", slow_pages)
    new = client.post(f"{BATCHES}/{batch['id']}/{call}")
    assert (new.status_code, new.get_json()["rows"]) == (202, 1 if call == "retry" else 5000)
    threads[0].join(15)
    assert deletion == [True]
    assert client.post(f"{BATCHES}/{batch['id']}/{call}").status_code == 410
