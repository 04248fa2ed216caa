"""F21: clocks that are an hour off. Leases are the database's, so nobody's own clock can end one."""

import time
import urllib.request
from email.utils import parsedate_to_datetime

import pytest

from tests.faults.conftest import Promise
from tests.support.servers.clocks import clock
from tests.support.stacks.faults import FaultStack

HOUR = 3600


def seconds_off(url: str) -> float:
    """By the date of its answer."""
    with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:
        return parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time()


@pytest.mark.parametrize("shift", [HOUR, -HOUR])
def test_clock_of_a_worker_and_its_importer_is_wrong(stack: FaultStack, promise: Promise, shift: int) -> None:
    with stack.changed("worker-0", "worker-api", "importer", "dispatcher", **clock(shift)):
        assert abs(seconds_off(stack.url) - shift) < 60
        assert abs(seconds_off(stack.worker_api) - shift) < 60
        with promise.journal.feeding(6):
            stack.wait_computing()
        promise.holds()
    ids = ",".join(f"'{batch_id}'" for batch_id in promise.journal.batches())
    query = f"SELECT max(attempts), max(expired), count(DISTINCT worker) FROM importer.chunk WHERE batch_id IN ({ids})"
    assert stack.query(query) == [(1, 0, 2)]
