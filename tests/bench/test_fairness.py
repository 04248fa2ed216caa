"""A small batch behind a large one: how long it takes, beside the time that one chunk takes."""

import datetime
import statistics
from pathlib import Path

import pytest

from tests.bench.batches import NDJSON, Make, forget, importing_stack, ndjson_of, post, wait_finished
from tests.bench.results import Results, Row
from tests.bench.scale import REPEATS, scaled
from tests.support.stacks.importer import Stack
from tests.support.waiting import wait_until

LARGE, SMALL, CHUNK, PROCESSES = scaled(1_000_000), 10, 2500, 2
pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]


def _time(text: str) -> float:
    return datetime.datetime.fromisoformat(text).timestamp()


def small_behind_large(stack: Stack, large: bytes, small: bytes) -> tuple[float, float]:
    """Seconds of the small batch from accepted to finished, by the database's clock, and of one chunk meanwhile."""
    behind = post(stack, large, NDJSON)
    wait_until(lambda: stack.batch(behind)["outcomes"]["ok"] > 0, 60, "the large batch to run")
    batch_id = post(stack, small, NDJSON)
    wait_finished(stack, batch_id)
    done = stack.batch(batch_id)
    large_batch = stack.batch(behind)
    assert large_batch["outcomes"]["pending"] > 0, "the large batch was over too soon to be in the way"
    for one in (batch_id, behind):
        stack.call("POST", f"/api/importer/batches/{one}/cancel", b"")
    forget_when_idle(stack, batch_id, behind)
    return _time(done["finished_at"]) - _time(done["created_at"]), CHUNK * PROCESSES / large_batch["records_per_second"]


def forget_when_idle(stack: Stack, *batch_ids: str) -> None:
    for batch_id in batch_ids:
        wait_finished(stack, batch_id)
        forget(stack, batch_id)


def test_small_batch_behind_a_large_one(
    make_postgres: Make, make_redis: Make, tmp_path: Path, results: Results
) -> None:
    large, small = ndjson_of(LARGE), ndjson_of(SMALL)
    with importing_stack(tmp_path, make_postgres(), make_redis(), PROCESSES) as stack:
        found = [small_behind_large(stack, large, small) for _ in range(REPEATS + 1)][1:]
    took, chunk = (statistics.median(values) for values in zip(*found, strict=True))
    what = f"{SMALL} records behind {LARGE:,}, accepted to finished / time of one chunk"
    results.rows.append(Row(what, f"{1000 * took:.0f} ms", f"{1000 * chunk:.0f} ms", took / chunk, 2, is_limit=True))
