"""`make down` ends everything. (Ctrl-C does: test_sign_in.py, whose stack is at its end there.)"""

import pytest

from tests.support.stacks.local import LocalStack

pytestmark = pytest.mark.timeout(240)


def test_local_stack_stops_from_another_terminal(stack: LocalStack) -> None:
    assert stack.command("down").wait(60) == 0
    assert stack.supervisor.wait(10) == 0
    assert stack.processes() == []
