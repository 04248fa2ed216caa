"""A worker killed by -9 in the middle of a large batch: until its rows are being computed again, beside its lease."""

import statistics
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from importer.database import make_engine
from tests.bench.batches import NDJSON, Make, forget, importing_stack, ndjson_of, post, wait_finished
from tests.bench.results import Results, Row
from tests.bench.scale import REPEATS, scaled
from tests.support.stacks.importer import Stack
from tests.support.waiting import wait_until

ROWS, PROCESSES, LEASE = scaled(1_000_000), 2, 30
HELD = text("SELECT batch_id, first_row FROM importer.chunk WHERE state = 'leased'")
# A report that was on its way when its worker was killed is taken: that chunk is done, and nobody claims it again.
TAKEN_AGAIN = text("""
SELECT count(*) FROM importer.chunk WHERE (expired > 0 OR state = 'done') AND (batch_id, first_row) IN
  (SELECT * FROM unnest(CAST(:batches AS text[]), CAST(:rows AS int[])))""")
pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]


def seconds_until_taken_again(stack: Stack, engine: Engine, body: bytes) -> float:
    """From the kill of the worker, with all its children, until every chunk that it held is claimed again.

    What ended is started again at once, as a supervisor does after its first pause.
    """
    batch_id = post(stack, body, NDJSON)
    wait_until(lambda: stack.batch(batch_id)["outcomes"]["ok"] > 0, 60, "the batch to run")
    (worker,) = stack.workers
    worker.kill()
    killed = time.monotonic()
    with engine.connect() as connection:
        held = connection.execute(HELD).all()
    worker.start()
    asked = {"batches": [row.batch_id for row in held], "rows": [row.first_row for row in held]}

    def is_taken_again() -> bool:
        with engine.connect() as connection:
            return int(connection.execute(TAKEN_AGAIN, asked).scalar_one()) == len(held)

    wait_until(is_taken_again, 2 * LEASE, "the chunks of the killed worker")
    took = time.monotonic() - killed
    wait_finished(stack, batch_id)
    assert stack.batch(batch_id)["outcomes"]["ok"] == body.count(b"\n")
    forget(stack, batch_id)
    return took


def test_killed_worker_comes_back(make_postgres: Make, make_redis: Make, tmp_path: Path, results: Results) -> None:
    body, uri = ndjson_of(ROWS), make_postgres()
    with importing_stack(tmp_path, uri, make_redis(), PROCESSES) as stack:
        engine = make_engine(uri, 1)
        took = statistics.median(seconds_until_taken_again(stack, engine, body) for _ in range(REPEATS))
        engine.dispose()
    what = f"a worker killed by -9 in {ROWS:,} records, until its rows are computed again, seconds"
    results.rows.append(Row(what, f"{took:.1f} s", f"{LEASE} s, the lease", took, 5, is_limit=True))
