"""Batches from the first byte posted to the last result read, beside Celery and beside the work alone."""

import json
import multiprocessing
from collections.abc import Callable, Iterator
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Any

import pytest
from celery import group

from importer.migrate import migrate
from tests.bench.conftest import Row, Table
from tests.bench.measure import medians, seconds
from tests.bench.peers import floor
from tests.support.processes import Process, python
from tests.support.stack import FINISHED, Stack, running_stack
from tests.support.waiting import wait_until

CHUNK = 2500
PEER = "tests.bench.peers.celery_app"
PROCESSES = 2
ONE_BY_ONE = 2000  # records for Celery's one message per record: its rate does not grow with their number

Make = Callable[[], str]
pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]


def records_of(rows: int) -> list[dict[str, Any]]:
    return [{"id": row, "payload": f"  Книга Number {row} of the SERIES  "} for row in range(1, rows + 1)]


def rate(value: float) -> str:
    return f"{value / 1000:.1f} k/s"


@pytest.fixture(scope="module")
def stack(make_postgres: Make, make_redis: Make, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    uri = make_postgres()
    migrate(uri)
    with running_stack(tmp_path_factory.mktemp("stack"), uri, make_redis(), slots=PROCESSES) as running:
        yield running


@pytest.fixture(scope="module")
def celery_peer(make_redis: Make, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PEER_BROKER_URL", broker := make_redis())
        from tests.bench.peers import celery_app as peer

        command = python("-m", "celery", "-A", PEER, "worker", f"--concurrency={PROCESSES}", "--loglevel=INFO")
        log = tmp_path_factory.mktemp("peer") / "peer.log"
        worker = Process(command, log, {"PEER_BROKER_URL": broker})
        try:
            wait_until(lambda: "ready." in log.read_text(), 30, "the Celery peer")
            yield peer
        finally:
            worker.stop()


@pytest.fixture(scope="module")
def processes() -> Iterator[Pool]:
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        yield pool


def through_stackroom(stack: Stack, body: bytes, rows: int) -> None:
    status, data = stack.call("POST", "/api/importer/batches", body, Content_Type="application/json")
    assert status == 202, data
    batch_id = json.loads(data)["id"]
    wait_until(lambda: stack.batch(batch_id)["state"] in FINISHED, 120)
    status, data = stack.call("GET", f"/api/importer/batches/{batch_id}/results")
    assert data.count(b'"outcome":"ok"') == rows


def one_message_per_record(peer: Any, records: list[dict[str, Any]]) -> None:
    results = group(peer.normalize_one.s(record) for record in records).apply_async().get(timeout=300)
    assert len(results) == len(records)


def chunks_in_redis(peer: Any, body: bytes, rows: int) -> None:
    """Parses what was posted, as a service must; loses everything with Redis."""
    records = json.loads(body)["records"]
    parts = [records[start : start + CHUNK] for start in range(0, rows, CHUNK)]
    results = group(peer.normalize_chunk.s(part) for part in parts).apply_async().get(timeout=300)
    assert sum(map(len, results)) == rows


def only_the_work(pool: Pool, chunks: list[bytes]) -> None:
    assert len(pool.map(floor.compute, chunks, chunksize=1)) == len(chunks)


@pytest.mark.parametrize(("rows", "repetitions"), [(1000, 7), (10_000, 5), (100_000, 5)])
def test_import_beside_celery_and_the_floor(
    stack: Stack, celery_peer: Any, processes: Pool, table: Table, rows: int, repetitions: int
) -> None:
    records = records_of(rows)
    body = json.dumps({"records": records}).encode()
    chunks = [json.dumps(records[start : start + CHUNK]).encode() for start in range(0, rows, CHUNK)]
    few = records_of(min(rows, ONE_BY_ONE))
    found = medians(
        {
            "ours": lambda: rows / seconds(lambda: through_stackroom(stack, body, rows)),
            "one by one": lambda: len(few) / seconds(lambda: one_message_per_record(celery_peer, few)),
            "redis": lambda: rows / seconds(lambda: chunks_in_redis(celery_peer, body, rows)),
            "floor": lambda: rows / seconds(lambda: only_the_work(processes, chunks)),
        },
        repetitions,
    )
    is_large = rows >= 100_000
    beside = {"one by one": 300, "redis": 0.8, "floor": 0.4}
    names = {"one by one": "Celery, one message per record", "redis": "Celery, chunks in Redis", "floor": "work alone"}
    for name, target in beside.items():
        ratio = found["ours"] / found[name]
        what = f"import {rows:,} records / {names[name]}"
        table.add(Row(what, rate(found["ours"]), rate(found[name]), ratio, target if is_large else None))


def test_import_is_accepted_beside_parsing_alone(stack: Stack, table: Table, tmp_path: Path) -> None:
    """Parsing and validating alone: msgspec, in this process."""
    import msgspec

    from stackroom_jobs.records import Record

    class Body(msgspec.Struct):
        records: list[Record]

    body = json.dumps({"records": records_of(100_000)}).encode()
    decoder = msgspec.json.Decoder(Body)

    def accept() -> float:
        took = seconds(lambda: posted.append(stack.call("POST", path, body, Content_Type="application/json")))
        status, data = posted.pop()
        assert status == 202, data
        batch_id = json.loads(data)["id"]
        stack.call("POST", f"/api/importer/batches/{batch_id}/cancel", b"")
        return took

    posted: list[tuple[int, bytes]] = []
    path = "/api/importer/batches"
    found = medians({"ours": accept, "parse": lambda: seconds(lambda: decoder.decode(body))}, 7)
    ours, alone = (f"{1000 * found[name]:.0f} ms" for name in ("ours", "parse"))
    table.add(Row("202 for 100,000 records / parsing alone", ours, alone, found["ours"] / found["parse"], 4, True))
