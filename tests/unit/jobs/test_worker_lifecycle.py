"""How long a pool process waits for its parent to read what it sent, and why that is changed here."""

import multiprocessing
from types import SimpleNamespace
from unittest.mock import Mock

import billiard.pool
import pytest

from stackroom_jobs.worker import lifecycle

GRACE_SECONDS = 10.0  # what an orchestrator gives a worker that is told to end


def wait_for_a_deaf_parent(monkeypatch: pytest.MonkeyPatch) -> float:
    """For how many seconds a child would sleep whose parent never counts the message that it sent."""
    sleep = Mock()
    monkeypatch.setattr(billiard.pool, "time", SimpleNamespace(sleep=sleep))
    counter = multiprocessing.get_context("fork").Value("i")
    child = Mock(spec=billiard.pool.Worker, on_ready_counter=counter)
    assert billiard.pool.Worker._ensure_messages_consumed(child, completed=1) is False  # type: ignore[attr-defined]
    return float(sum(call.args[0] for call in sleep.call_args_list))


def test_child_waits_too_long_for_a_parent_that_does_not_listen_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fails when billiard needs to be told no more: then ``shorten_exit_of_children`` can go."""
    assert wait_for_a_deaf_parent(monkeypatch) > GRACE_SECONDS


def test_child_that_was_told_waits_a_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(billiard.pool, "GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT", 300)
    lifecycle._shorten_exit()
    assert wait_for_a_deaf_parent(monkeypatch) == pytest.approx(lifecycle.EXIT_SECONDS)
