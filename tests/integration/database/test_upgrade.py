"""A database that the version before identity left with everything in flight: all is kept, goes on, and may go back."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import make_url

from catalog.app import create_app as create_catalog
from catalog.migrate import migrate as migrate_catalog
from catalog.settings import Settings as CatalogSettings
from deploy.local.postgres_server import PostgresServer
from identity.migrate import MIGRATION as IDENTITY
from identity.migrate import migrate as migrate_identity
from importer.app import create_app as create_importer
from importer.loads.catalog import Catalog
from importer.migrate import MIGRATION
from importer.migrate import migrate as migrate_importer
from importer.settings import Settings
from importer.worker_api.app import create_app as create_worker_api
from stackroom_kit.settings import Secret
from stackroom_sql.migrate import MigrationError
from tests.support.identity.door import Door
from tests.support.identity.settings import ACTOR_KEY
from tests.support.importer.old_ledger.restore import BEFORE_IDENTITY, restore
from tests.support.importer.upgraded import BATCHES, EDITOR, TOKEN, Row, Upgraded, execute, held_chunk
from tests.support.servers.embedded import fresh_database
from tests.support.servers.served import served

OPERATIONS = ("normalize_record", "process_batch_with_progress")
SERVICE_TOKEN = Secret("s" * 32)
TABLES = """SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname IN ('tbc', 'catalog', 'importer') AND tablename <> 'alembic_version' ORDER BY 1"""
# The workers of then are still there.
STILL_HELD = "UPDATE importer.chunk SET due_at = now() + interval '1 h' WHERE token LIKE 'held-by-%'"


def rows_of(uri: str) -> dict[str, list[Row]]:
    """Of all tables, in an order of their own."""
    return {
        table: sorted(execute(uri, f"SELECT to_jsonb(one) FROM {table} AS one"), key=json.dumps)
        for table in execute(uri, TABLES)
    }


def as_before(found: Mapping[str, list[Row]], before: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """Of tables and columns that there were."""
    columns = {table: rows[0].keys() for table, rows in before.items() if rows}
    return {table: [{name: row[name] for name in columns.get(table, row)} for row in found[table]] for table in before}


@pytest.fixture(scope="module")
def dump(postgres_server: PostgresServer) -> Iterator[str]:
    """The name of a database as it was then, to be copied."""
    with fresh_database(postgres_server) as uri:
        restore(uri, BEFORE_IDENTITY)
        execute(uri, STILL_HELD)
        yield str(make_url(uri).database)


@pytest.fixture
def before(postgres_server: PostgresServer, dump: str) -> Iterator[str]:
    with fresh_database(postgres_server, dump) as uri:
        yield uri


def migrate(uri: str) -> None:
    for one in (migrate_catalog, migrate_identity, migrate_importer):
        one(uri)


def test_dump_is_of_the_version_before_and_has_everything_in_it(before: str) -> None:
    rows = rows_of(before)
    assert execute(before, "SELECT version_num FROM importer.alembic_version") == ["0010"]
    assert {row["state"] for row in rows["importer.chunk"]} == {"ready", "leased", "applying", "done", "cancelled"}
    assert "actor_id" not in rows["importer.batch"][0]
    assert any(row["expired_at"] for row in rows["importer.batch"])
    assert [row["contract"] for row in rows["importer.worker"]] == [3, 4]


def test_every_row_is_kept_there_and_back(before: str) -> None:
    was = rows_of(before)
    migrate(before)
    assert as_before(rows_of(before), was) == was
    execute(before, "UPDATE importer.batch SET actor_id = '7', actor_name = 'ann', actor_kind = 'user'")
    MIGRATION.downgrade(before, "0010")
    assert rows_of(before) == was
    migrate(before)
    assert as_before(rows_of(before), was) == was
    assert execute(before, "SELECT DISTINCT actor_id FROM importer.batch") == [None]


def test_users_are_kept_there_and_back(before: str) -> None:
    migrate(before)
    execute(before, "INSERT INTO identity.users (name, role) VALUES ('ann', 'editor')")
    users = "SELECT to_jsonb(one) FROM identity.users AS one"
    was = execute(before, users)
    IDENTITY.downgrade(before, "0001")
    (left,) = execute(before, users)
    assert left.items() <= was[0].items()
    migrate(before)
    assert execute(before, users) == was


def test_database_of_newer_code_is_left_alone_and_named(before: str) -> None:
    migrate(before)
    execute(before, "UPDATE importer.alembic_version SET version_num = '0099'")
    was = rows_of(before)
    with pytest.raises(MigrationError, match=r"(?s)importer cannot be .*'0099'.*Nothing was changed.*newer code"):
        migrate_importer(before)
    assert rows_of(before) == was


@pytest.mark.parametrize("revision", ["0099", "", "base", "-1"])
def test_revision_that_is_none_changes_nothing(before: str, revision: str) -> None:
    migrate(before)
    was = rows_of(before)
    with pytest.raises(MigrationError, match="nothing was changed"):
        MIGRATION.downgrade(before, revision)
    assert rows_of(before) == was


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("downgrade", "0010"), 0, ""),
        (("downgrade",), 2, "is not understood"),
        (("downgrade", "0099"), 1, "cannot go back"),
    ],
)
def test_command_goes_back_or_says_why_not(
    before: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...], code: int, said: str,
) -> None:  # fmt: skip
    migrate(before)
    monkeypatch.setenv("SQLALCHEMY_DATABASE_URI", before)
    monkeypatch.setattr("stackroom_sql.migrate.configure_logging", lambda *_: None)
    assert MIGRATION.main(Settings, words) == code
    assert said in capsys.readouterr().err
    reached = execute(before, "SELECT version_num FROM importer.alembic_version")
    assert (reached == ["0010"]) == (code == 0)


@pytest.fixture
def upgraded(before: str) -> Iterator[Upgraded]:
    migrate(before)
    who: dict[str, Any] = {"sqlalchemy_database_uri": before, "auth": "on", "actor_key": ACTOR_KEY}
    catalog = create_catalog(CatalogSettings(**who, service_token=SERVICE_TOKEN))
    with ExitStack() as running:
        url = running.enter_context(served(catalog))
        settings = Settings(**who, service_token=SERVICE_TOKEN, catalog_url=url, worker_token=TOKEN)
        worker_api = running.enter_context(served(create_worker_api(settings)))
        door = Door(create_importer(settings).test_client(use_cookies=False))
        made = Upgraded(before, door, Catalog(settings), worker_api)
        yield made
        made.engine.dispose()


def test_what_was_in_flight_goes_on_and_ends(upgraded: Upgraded) -> None:
    assert {(one["sent_by"], one["operation_version"]) for one in upgraded.listed()} == {(None, None)}
    for contract in (3, 4):
        beat = {"worker": f"worker-cpu@host-{contract}", "host": f"host-{contract}", "contract": contract, "slots": 2}
        more = {"queues": ["cpu", "default"], "operations": [*OPERATIONS, "load"], "versions": {}}
        answer = upgraded.call(contract, "heartbeat", {**beat, **more, "incarnation": f"a{contract}"})
        assert answer.status_code == 200, answer.text
        upgraded.report(contract, held_chunk(contract, upgraded.uri))
    upgraded.work_off()
    mixed, load = upgraded.batch("mixed"), upgraded.batch("load")
    assert (mixed["state"], mixed["outcomes"]["ok"], mixed["outcomes"]["refused"]) == ("done_with_errors", 46, 4)
    assert (load["state"], load["changes"]["created"]) == ("done", 40), "what was applied before was applied again"
    for source, rows in (("waiting", 10), ("progress", 3), ("ingest", 3)):
        assert upgraded.batch(source)["outcomes"]["ok"] == rows, source
    assert upgraded.batch("words")["outcomes"]["pending"] == 1, "its worker has not come back"
    groups = execute(upgraded.uri, "SELECT id FROM tbc.books_files_groups ORDER BY id")
    assert groups == [*range(100, 140), *range(900, 910)]


def test_what_was_over_is_tried_again_and_undone_by_whoever_asks(upgraded: Upgraded) -> None:
    retried, undone = upgraded.change("failed", "retry"), upgraded.change("loaded", "undo")
    assert {one["sent_by"]["name"] for one in (retried, undone)} == {"ann"}
    assert (retried["rows"], undone["rows"]) == (2, 10)
    assert upgraded.change("cancelled", "retry")["rows"] == 4
    before_upgrade = {"retried": "retry", "undone": "undo"}
    for source, what in before_upgrade.items():
        again = upgraded.change(source, what)
        assert (again["created"], again[f"{what}_of"], again["sent_by"]) == (False, upgraded.ids[source], None)
    upgraded.work_off()
    states = {one["id"]: one["state"] for one in upgraded.listed()}
    assert (states[retried["id"]], states[undone["id"]]) == ("done", "done_with_errors")
    left = execute(upgraded.uri, "SELECT id FROM tbc.books_files_groups WHERE id >= 900")
    assert left == [900], "types that waited for the upgrade belong to it now"


def test_key_of_then_is_still_taken_and_what_was_deleted_stays_so(upgraded: Upgraded) -> None:
    rows: list[Row] = [{"id": row, "payload": f" Row {row} "} for row in range(1, 6)]
    del rows[4]["payload"]
    sent = {
        "data": "".join(f"{json.dumps(row)}\n" for row in rows).encode(),
        "content_type": "application/x-ndjson",
        "headers": {"Idempotency-Key": "monday"},
    }
    path = f"{BATCHES}?operation=normalize_record&source=finished"
    answer = upgraded.door.signed(EDITOR, "POST", path, **sent).get_json()
    assert (answer["id"], answer["created"], answer["sent_by"]) == (upgraded.ids["finished"], False, None)
    (expired,) = execute(upgraded.uri, "SELECT id FROM importer.batch WHERE source = 'expired'")
    gone = upgraded.door.signed(EDITOR, "GET", f"{BATCHES}/{expired}")
    assert (gone.status_code, gone.get_json()["code"]) == (410, "batch_expired")
