"""Redis and PostgreSQL that are killed, emptied or cut off."""

import json
import time

from tests.faults.conftest import Promise
from tests.support.stacks.faults import FaultStack

POST_LIMIT = 5.0  # seconds within which a post without a database must be refused


def test_redis_is_killed_and_comes_back_empty(stack: FaultStack, promise: Promise) -> None:
    """F5."""
    with promise.journal.feeding(8):
        for _ in range(2):
            stack.wait_computing()
            stack.parts["redis"].kill()
            stack.start_server("redis")
    promise.holds()


def test_redis_is_emptied_again_and_again(stack: FaultStack, promise: Promise) -> None:
    """F6."""
    client = stack.redis_client()
    with promise.journal.feeding(8) as feeder:
        while feeder.is_alive():
            client.flushall()
    client.close()
    promise.holds()


def test_redis_is_away_and_posts_are_accepted_all_the_same(stack: FaultStack, promise: Promise) -> None:
    """F8: nothing is published inside a request."""
    stack.parts["redis"].kill()
    started = time.monotonic()
    with promise.journal.feeding(10):
        pass
    assert promise.journal.refusals == []
    assert time.monotonic() - started < 10
    stack.start_server("redis")
    promise.holds()


def test_connections_to_redis_are_reset(stack: FaultStack, promise: Promise) -> None:
    """F9: a worker that is cut off computes on, and nobody computes beside it."""
    client = stack.redis_client()
    with promise.journal.feeding(8) as feeder:
        while feeder.is_alive():
            stack.wait_computing()
            for kind in ("normal", "pubsub"):
                client.client_kill_filter(_type=kind, skipme=True)
    client.close()
    promise.holds()


def test_postgresql_is_killed_and_posts_are_refused_meanwhile(stack: FaultStack, promise: Promise) -> None:
    """F14: no commit that was answered is lost, and a refusal comes soon and says why."""
    with promise.journal.feeding(8):
        stack.wait_computing()
        stack.kill_postgres()
        started = time.monotonic()
        body = b'{"records": [{"id": 1, "payload": "x"}]}'
        status, data = stack.call("POST", "/api/importer/batches", body, Content_Type="application/json")
        assert (status, json.loads(data)["code"]) == (503, "database_unavailable")
        assert time.monotonic() - started < POST_LIMIT
        stack.start_server("postgres")
    promise.holds()


def test_everything_is_killed_at_once(stack: FaultStack, promise: Promise) -> None:
    """F25: the machine lost its power."""
    with promise.journal.feeding(8):
        stack.wait_computing()
        stack.kill_everything()
        stack.start_missing()
    promise.holds()
