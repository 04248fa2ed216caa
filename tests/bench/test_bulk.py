"""Rows into the catalog: the bulk call beside SQLAlchemy and a bare statement; whole loads beside a plain client."""

import http.client
import json
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine, create_engine, text

from catalog.migrate import migrate
from importer.dispatcher.apply_loop import APPLY_LOOPS
from tests.bench.batches import NDJSON, Make, importing_stack, post, wait_finished
from tests.bench.measure import medians, seconds
from tests.bench.peers import upserts
from tests.bench.results import Results, Row
from tests.bench.scale import REPEATS, scaled
from tests.support.servers.services import running_service

BULK_ROWS, LOAD_ROWS, PUTS, PER_CALL = scaled(20_000), scaled(100_000), scaled(2000), 2500
GROUPS = "INSERT INTO tbc.books_files_groups SELECT i, 'Group ' || i, 'comment' FROM generate_series(0, 9) i"
JSON = {"Content-Type": "application/json"}
pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]


def rate(value: float) -> str:
    return f"{value / 1000:,.1f} k/s"


class Register:
    """A catalog with its groups; every repetition brings rows with other texts, so that each is really written."""

    def __init__(self, url: str, engine: Engine) -> None:
        self.url = url
        self.engine = engine
        self._turn = 0

    def items(self, rows: int) -> list[dict[str, Any]]:
        self._turn += 1
        comment = f"Comment number {self._turn} of this type"
        return [
            {"id": row, "file_name": f"type {row}", "comments": comment, "group_id": row % 10}
            for row in range(1, rows + 1)
        ]

    def empty(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(text("TRUNCATE tbc.books_files_types"))

    def connection(self) -> http.client.HTTPConnection:
        address = urlsplit(self.url)
        return http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)


@contextmanager
def running_register(folder: Path, uri: str, env: dict[str, str]) -> Iterator[Register]:
    migrate(uri)
    engine = create_engine(uri)
    with engine.begin() as connection:
        connection.execute(text(GROUPS))
    settings = {"SQLALCHEMY_DATABASE_URI": uri, **env}
    with running_service("catalog.wsgi:app", folder, settings) as (url, _):
        yield Register(url, engine)
    engine.dispose()


def call(connection: http.client.HTTPConnection, method: str, path: str, body: bytes) -> dict[str, Any]:
    connection.request(method, path, body, JSON)
    answer = connection.getresponse()
    data: dict[str, Any] = json.loads(answer.read())
    assert answer.status == 200, data
    return data


def in_bulk(register: Register, items: list[dict[str, Any]], outcome: str) -> None:
    """As many calls as a load would make, one after the other on one connection."""
    connection = register.connection()
    for start in range(0, len(items), PER_CALL):
        part = items[start : start + PER_CALL]
        body = json.dumps({"items": part}).encode()
        said = call(connection, "POST", "/api/types/bulk?on_conflict=update", body)
        assert said["counts"] == {outcome: len(part)}, said["counts"]
    connection.close()


def in_bulk_at_once(register: Register, items: list[dict[str, Any]], outcome: str) -> None:
    """The same calls, as many at a time as the dispatcher makes."""
    calls = -(-len(items) // PER_CALL)
    size = -(-calls // APPLY_LOOPS) * PER_CALL
    shares = [items[start : start + size] for start in range(0, len(items), size)]
    with ThreadPoolExecutor(APPLY_LOOPS) as threads:
        list(threads.map(lambda share: in_bulk(register, share, outcome), shares))


@pytest.mark.parametrize(("what", "outcome"), [("new rows", "created"), ("changed rows", "updated")])
def test_bulk_upsert(make_postgres: Make, tmp_path: Path, results: Results, what: str, outcome: str) -> None:
    with running_register(tmp_path, make_postgres(), {}) as register:
        upserts.bare(register.engine, register.items(BULK_ROWS))

        def way(write: Callable[[list[dict[str, Any]]], None]) -> Callable[[], float]:
            def measured() -> float:
                if outcome == "created":
                    register.empty()
                items = register.items(BULK_ROWS)
                return BULK_ROWS / seconds(lambda: write(items))

            return measured

        found = medians(
            {
                "at once": way(lambda items: in_bulk_at_once(register, items, outcome)),
                "one": way(lambda items: in_bulk(register, items, outcome)),
                "sqlalchemy": way(lambda items: upserts.with_sqlalchemy(register.engine, items)),
                "bare": way(lambda items: upserts.bare(register.engine, items)),
            },
            REPEATS,
        )
    alchemy, bare = found["sqlalchemy"], found["bare"]
    ways = {
        "at once": (f"{APPLY_LOOPS} calls at a time, as the dispatcher", 7, 0.8),
        "one": ("one call at a time", None, None),
    }
    for name, (words, *targets) in ways.items():
        ours = found[name]
        title = f"bulk upsert of {what} with outcomes, over HTTP, {words}"
        beside = f"{title} / SQLAlchemy's on_conflict_do_update"
        results.rows.append(Row(beside, rate(ours), rate(alchemy), ours / alchemy, targets[0]))
        results.rows.append(
            Row(f"{title} / one bare json_to_recordset", rate(ours), rate(bare), ours / bare, targets[1])
        )
    most = f"one bare statement, {what} / SQLAlchemy's"
    results.rows.append(Row(most, rate(bare), rate(alchemy), bare / alchemy))


def one_by_one(register: Register, items: list[dict[str, Any]]) -> None:
    """A plain client: PUT for each row, on one connection that is kept."""
    connection = register.connection()
    for item in items:
        call(connection, "PUT", f"/api/types/{item['id']}", json.dumps(item).encode())
    connection.close()


def test_whole_load(make_postgres: Make, make_redis: Make, tmp_path: Path, results: Results) -> None:
    uri, token = make_postgres(), {"SERVICE_TOKEN": secrets.token_hex(16)}
    with running_register(tmp_path, uri, token) as register:
        upserts.bare(register.engine, register.items(LOAD_ROWS))
        with importing_stack(tmp_path, uri, make_redis(), 2, {"CATALOG_URL": register.url, **token}) as stack:

            def load() -> float:
                body = b"".join(json.dumps(item).encode() + b"\n" for item in register.items(LOAD_ROWS))
                took = seconds(lambda: wait_finished(stack, posted(body)))
                return LOAD_ROWS / took

            def posted(body: bytes) -> str:
                batch_ids.append(post(stack, body, NDJSON, "?operation=load_types&on_conflict=update"))
                return batch_ids[-1]

            batch_ids: list[str] = []
            puts, bare = (register.items(rows) for rows in (PUTS, LOAD_ROWS))
            found = medians(
                {
                    "ours": load,
                    "puts": lambda: PUTS / seconds(lambda: one_by_one(register, puts)),
                    "bare": lambda: LOAD_ROWS / seconds(lambda: upserts.bare(register.engine, bare)),
                },
                REPEATS,
            )
            assert stack.batch(batch_ids[-1])["changes"]["updated"] == LOAD_ROWS
    title = f"load of {LOAD_ROWS:,} types, POST to applied"
    results.rows.append(
        Row(f"{title} / PUT for each row", rate(found["ours"]), rate(found["puts"]), found["ours"] / found["puts"])
    )
    results.rows.append(
        Row(f"{title} / one bare upsert", rate(found["ours"]), rate(found["bare"]), found["ours"] / found["bare"])
    )
