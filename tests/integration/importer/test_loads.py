"""Loads, with the real catalog behind a real socket: every row accounted for, applied once, and taken back."""

import importlib
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from catalog.app import create_app as create_catalog
from catalog.migrate import migrate as migrate_catalog
from catalog.settings import Settings as CatalogSettings
from importer.app import create_app
from importer.applying.apply import Applier
from importer.applying.catalog import Catalog, CatalogAwayError, Verdict
from importer.applying.chunks import ApplyingChunks
from importer.ledger.expire import expire
from importer.settings import Settings
from stackroom_kit.settings import Secret
from tests.support.ledger import LEASE, Ledger
from tests.support.served import served

TOKEN = Secret("of-the-importer")
BATCHES = "/api/importer/batches"


@pytest.fixture
def catalog_settings() -> dict[str, Any]:
    return {}


@pytest.fixture
def catalog(ledger: Ledger, ledger_uri: str, catalog_settings: dict[str, Any]) -> Iterator[str]:
    """Its address. Ledger and register live in one database here, as they do by default."""
    migrate_catalog(ledger_uri)
    with create_engine(ledger_uri).begin() as connection:
        connection.execute(text("TRUNCATE tbc.books_files_groups, catalog.applied_request CASCADE"))
        connection.execute(text("INSERT INTO tbc.books_files_groups VALUES (1, 'text', 'old'), (2, 'audio', NULL)"))
    settings = CatalogSettings(sqlalchemy_database_uri=ledger_uri, service_token=TOKEN, **catalog_settings)
    with served(create_catalog(settings)) as address:
        yield address


@pytest.fixture
def settings(ledger_uri: str, catalog: str) -> Settings:
    return Settings(
        sqlalchemy_database_uri=ledger_uri, service_token=TOKEN, catalog_url=catalog, celery_task_always_eager=True
    )


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


def load(client: FlaskClient, rows: list[Any], query: str = "", operation: str = "load_groups") -> Any:
    lines = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    path = f"{BATCHES}?operation={operation}{query}"
    answer = client.post(path, data=lines, content_type="application/x-ndjson")
    assert answer.status_code == 202, answer.text
    return answer.get_json()


def lines_of(client: FlaskClient, batch: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in client.get(f"{BATCHES}/{batch['id']}/results").data.splitlines()]


def words(client: FlaskClient, batch: Any) -> list[str]:
    return [line.get("code") or line["result"]["change"] for line in lines_of(client, batch)]


def groups(catalog: str) -> dict[int, str]:
    items = requests.get(f"{catalog}/api/groups/", timeout=10).json()["items"]
    return {item["id"]: item["name"] for item in items}


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
    assert client.post(f"{BATCHES}/{new['id']}/undo").get_json()["code"] == "no_load"


def test_retry_of_a_load_loads_what_failed(client: FlaskClient, catalog: str) -> None:
    batch = load(client, [{"id": 10, "file_name": "epub", "group": "later"}], operation="load_types")
    requests.post(f"{catalog}/api/groups/", json={"id": 9, "name": "later"}, timeout=10)
    new = client.post(f"{BATCHES}/{batch['id']}/retry").get_json()
    assert (new["state"], new["changes"]["created"], new["retry_of"]) == ("done", 1, batch["id"])


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
    for _ in range(200):
        run_out(ledger)
        if not applier(ledger, settings).apply_next():
            break
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
    for _ in range(100):
        run_out(ledger)
        if not applier(ledger, settings).apply_next():
            break
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


@pytest.mark.parametrize("call", ["retry", "undo"])
def test_batch_is_not_deleted_while_it_is_read_for_another(
    client: FlaskClient, ledger: Ledger, settings: Settings, catalog: str, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that went in the middle would be missing in the new batch, and nobody would know."""
    batch = load(client, [{"id": row, "name": "n"} for row in range(10, 5010)] + [{"id": 1}])
    deletion: list[Any] = []
    module = "importer.ledger.again" if call == "retry" else "importer.ledger.undo"
    pages = importlib.import_module(module).pages

    def slow_pages(*arguments: Any) -> Iterator[Any]:
        thread = threading.Thread(target=lambda: deletion.append(expire(ledger.engine, batch["id"])))
        thread.start()
        thread.join(0.5)
        assert not deletion, "the batch went while it was read"
        yield from pages(*arguments)
        threads.append(thread)

    threads: list[threading.Thread] = []
    monkeypatch.setattr(f"{module}.pages", slow_pages)
    new = client.post(f"{BATCHES}/{batch['id']}/{call}")
    assert (new.status_code, new.get_json()["rows"]) == (202, 1 if call == "retry" else 5000)
    threads[0].join(15)
    assert deletion == [True]
    assert client.post(f"{BATCHES}/{batch['id']}/{call}").status_code == 410
