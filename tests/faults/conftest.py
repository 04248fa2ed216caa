"""One stack for all faults; each test leaves it whole, with everything running again."""

from collections.abc import Iterator

import pytest

from tests.support.faults.journal import Journal, Verdict
from tests.support.faults.load_journal import LoadJournal
from tests.support.stacks.faults import CONVERGE, FaultStack


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultStack]:
    stack = FaultStack(tmp_path_factory.mktemp("faults"))
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def stack(running: FaultStack) -> Iterator[FaultStack]:
    yield running
    for proxy in running.proxies:
        proxy.pass_all()
    running.start_missing()
    running.wait_ready()


class Promise:
    """What must hold after every fault."""

    def __init__(self, stack: FaultStack) -> None:
        self.journal = Journal(stack)

    def holds(self, within: float = CONVERGE) -> Verdict:
        """Every batch that was accepted is finished in time, each row once, and nothing is there that nobody sent."""
        self.journal.wait_finished(within)
        verdict = self.journal.check()
        assert verdict.is_clean(), verdict
        return verdict


@pytest.fixture
def promise(stack: FaultStack) -> Promise:
    return Promise(stack)


@pytest.fixture
def journal(stack: FaultStack) -> Iterator[LoadJournal]:
    """Of loads. Their rows go afterwards, so that no comparison has to read those of all tests before."""
    yield LoadJournal(stack)
    stack.empty_catalog()
