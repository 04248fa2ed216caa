"""What many open batches do to a POST and to the workers: the price of either must not grow with their number."""

import dataclasses
import statistics
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from importer.database import make_engine
from stackroom_sql.engine import transaction
from tests.bench.batches import NDJSON, Make, importing_stack, ndjson_of, post
from tests.bench.measure import seconds
from tests.bench.results import Results, Row
from tests.bench.scale import duration, scaled
from tests.support.stacks.importer import Stack
from tests.support.waiting import wait_until

FEW, MANY = scaled(5_000), scaled(200_000)
PROCESSES, POSTS = 2, 25
LIMITS = {"MAX_OPEN_CHUNKS": str(2 * MANY), "MAX_OPEN_CHUNKS_PER_SOURCE": str(2 * MANY)}
# Copies of the newest batch, which has one row.
FILL = (
    """INSERT INTO importer.batch (id, digest, operation, options, source, queue, request_id, rows, input)
    SELECT md5(random()::text), digest, operation, options, source, queue, request_id, rows, input
    FROM (SELECT * FROM importer.batch ORDER BY created_at DESC LIMIT 1) one, generate_series(1, :count)""",
    """INSERT INTO importer.chunk (batch_id, first_row, last_row, rows, queue, records)
    SELECT b.id, c.first_row, c.last_row, c.rows, c.queue, c.records
    FROM importer.batch b, (SELECT * FROM importer.chunk LIMIT 1) c
    WHERE NOT EXISTS (SELECT FROM importer.chunk known WHERE known.batch_id = b.id)""",
)
DONE = text("SELECT count(*) FROM importer.chunk WHERE state = 'done'")
EMPTY = text("TRUNCATE importer.batch CASCADE")
pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]


@dataclasses.dataclass(frozen=True)
class Found:
    post_ms: float
    done_per_second: float


def done(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(DONE).scalar_one())


def fill(stack: Stack, engine: Engine, count: int) -> None:
    with transaction(engine) as connection:
        connection.execute(EMPTY)
    post(stack, ndjson_of(1), NDJSON)
    with transaction(engine) as connection:
        for statement in FILL:
            connection.execute(text(statement), {"count": count})
        connection.execute(text("ANALYZE importer.batch, importer.chunk"))


def measured(stack: Stack, engine: Engine, count: int) -> Found:
    """POSTs while nobody works, then what workers do in some seconds, of which batches enough are left."""
    (worker,) = stack.workers
    worker.kill()
    fill(stack, engine, count)
    posts = [seconds(lambda: post(stack, ndjson_of(1), NDJSON)) for _ in range(POSTS)]
    worker.start()
    wait_until(lambda: done(engine) > 0, 60, "the first batch of many")
    before, started = done(engine), time.monotonic()
    time.sleep(duration(6))
    return Found(statistics.median(posts) * 1000, (done(engine) - before) / (time.monotonic() - started))


def test_open_batches(make_postgres: Make, make_redis: Make, tmp_path: Path, results: Results) -> None:
    uri = make_postgres()
    with importing_stack(tmp_path, uri, make_redis(), PROCESSES, LIMITS) as stack:
        engine = make_engine(uri, 1)
        few, many = measured(stack, engine, FEW), measured(stack, engine, MANY)
        engine.dispose()
    name = f"with {MANY:,} open batches, beside {FEW:,}"
    posts = f"{many.post_ms:.1f} ms", f"{few.post_ms:.1f} ms", many.post_ms / few.post_ms
    rates = f"{many.done_per_second:,.0f}/s", f"{few.done_per_second:,.0f}/s"
    results.rows.append(Row(f"POST of one record {name}", *posts, 1.5, is_limit=True))
    results.rows.append(
        Row(f"batches of one record done {name}", *rates, many.done_per_second / few.done_per_second, 0.7)
    )
