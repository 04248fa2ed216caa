"""Ctrl-C and `make down` end everything."""

import signal

import pytest

from tests.support.stacks.local import LocalStack

pytestmark = pytest.mark.timeout(240)


def test_local_stack_stops_from_another_terminal(stack: LocalStack) -> None:
    assert stack.command("down").wait(60) == 0
    assert stack.supervisor.wait(10) == 0
    assert stack.processes() == []


def test_local_stack_stops_on_ctrl_c(stack: LocalStack) -> None:
    assert stack.supervisor.stop(signal.SIGINT, timeout=60) == 0
    assert stack.processes() == []
