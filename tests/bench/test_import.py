"""Batches from the first byte posted to the last result read, beside other queues and beside the work alone."""

import json
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from multiprocessing.pool import Pool
from pathlib import Path

import msgspec
import pytest

from stackroom_jobs.records import Record
from tests.bench.batches import Make, forget, importing_stack, post, through_stackroom
from tests.bench.driver import PEERS_PYTHON, Driver, running_peer
from tests.bench.measure import medians, seconds
from tests.bench.peers import floor
from tests.bench.peers.work import parts_of, records_of
from tests.bench.results import Results, Row
from tests.bench.scale import REPEATS, scaled
from tests.support.servers.processes import python
from tests.support.stacks.importer import Stack

PROCESSES = 2
JSON = "application/json"
ROWS = scaled(100_000)
PEERS = "tests.bench.peers"
pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]


def rate(value: float) -> str:
    return f"{value / 1000:,.2f} k/s" if value < 10_000 else f"{value / 1000:,.0f} k/s"


@pytest.fixture(scope="module")
def stack(make_postgres: Make, make_redis: Make, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    with importing_stack(folder, make_postgres(), make_redis(), PROCESSES) as running:
        yield running


@pytest.fixture(scope="module")
def peers(make_redis: Make, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Driver]]:
    """Two worker processes each, results kept in Redis. Celery is the one of our own environment."""
    folder = tmp_path_factory.mktemp("peers")
    own, theirs = python()[0], str(PEERS_PYTHON)
    workers = {
        "celery": (own, f"celery -A {PEERS}.celery_app worker --concurrency={PROCESSES} --loglevel=INFO", "ready."),
        "huey": (
            theirs,
            f"huey.bin.huey_consumer {PEERS}.huey_app.huey -w {PROCESSES} -k process",
            "commands are available",
        ),
        "dramatiq": (theirs, f"dramatiq {PEERS}.dramatiq_app -p {PROCESSES} -t 8", "is ready for action"),
    }
    with ExitStack() as running:
        yield {
            name: running.enter_context(
                running_peer(interpreter, f"{PEERS}.{name}_app", words.split(), ready, make_redis(), folder)
            )
            for name, (interpreter, words, ready) in workers.items()
        }


@pytest.fixture(scope="module")
def processes() -> Iterator[Pool]:
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        yield pool


def only_the_work(pool: Pool, chunks: list[bytes]) -> None:
    assert len(pool.map(floor.compute, chunks, chunksize=1)) == len(chunks)


def test_import_beside_its_peers(stack: Stack, peers: dict[str, Driver], processes: Pool, results: Results) -> None:
    """The rate of one message per record does not grow with their number, so these get as many as take seconds."""
    records = records_of(ROWS)
    body = json.dumps({"records": records}).encode()
    chunks = [json.dumps(part).encode() for part in parts_of(records)]
    one_by_one = {"celery": scaled(2000), "huey": scaled(10_000), "dramatiq": scaled(10_000)}

    def of_peer(name: str, rows: int) -> Callable[[], float]:
        return lambda: rows / peers[name].seconds("one_by_one", rows)

    found = medians(
        {
            "ours": lambda: ROWS / seconds(lambda: through_stackroom(stack, body, JSON, ROWS)),
            "redis": lambda: ROWS / peers["celery"].seconds("in_chunks", ROWS),
            "floor": lambda: ROWS / seconds(lambda: only_the_work(processes, chunks)),
            **{name: of_peer(name, rows) for name, rows in one_by_one.items()},
        },
        REPEATS,
    )
    best = max(("huey", "dramatiq"), key=lambda name: found[name])
    for name, title, target in (
        ("celery", "Celery, one message per record", 300),
        ("huey", "Huey, one message per record", 60 if best == "huey" else None),
        ("dramatiq", "Dramatiq, one message per record", 60 if best == "dramatiq" else None),
        ("redis", "Celery, chunks in Redis, which lose work", 0.8),
        ("floor", "two processes that only parse, normalise and serialise", 0.4),
    ):
        ratio = found["ours"] / found[name]
        results.rows.append(
            Row(f"{ROWS:,} records, POST to results / {title}", rate(found["ours"]), rate(found[name]), ratio, target)
        )


def test_acceptance_beside_parsing_alone(stack: Stack, results: Results, tmp_path: Path) -> None:
    """Parsing and validating alone: msgspec, in this process."""

    class Body(msgspec.Struct):
        records: list[Record]

    body = json.dumps({"records": records_of(ROWS)}).encode()
    decoder = msgspec.json.Decoder(Body)
    posted: list[str] = []

    def accept() -> float:
        took = seconds(lambda: posted.append(post(stack, body, JSON)))
        forget(stack, posted.pop())
        return took

    found = medians({"ours": accept, "parse": lambda: seconds(lambda: decoder.decode(body))}, REPEATS + 2)
    ours, alone = (f"{1000 * found[name]:.0f} ms" for name in ("ours", "parse"))
    ratio = found["ours"] / found["parse"]
    results.rows.append(Row(f"202 for {ROWS:,} records / parsing and validating alone", ours, alone, ratio, 4, True))
