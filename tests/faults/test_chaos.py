"""``make chaos``: faults at random for CHAOS_MINUTES (60), by CHAOS_SEED, and the promises after each round.

With AUTH=on identity dies with the others, clients show tokens, and somebody tries tokens that let nobody in.
"""

import contextlib
import dataclasses
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.faults.conftest import Promise
from tests.support.faults.intruder import Intruder
from tests.support.faults.load_client import LoadClient
from tests.support.faults.load_journal import LoadJournal
from tests.support.faults.nemesis import Nemesis
from tests.support.stacks.faults import CONVERGE, FaultStack
from tests.support.stacks.guarded_faults import GuardedFaultStack

ROUND_BATCHES = 20
ROUND_LOADS = 8
FAULTS_PER_ROUND = 10

pytestmark = pytest.mark.chaos


@dataclasses.dataclass
class Total:
    """``worst`` is the longest time in seconds from the end of the faults to the end of all batches of a round."""

    rounds: int = 0
    rows: int = 0
    worst: float = 0.0
    faults: Counter[str] = dataclasses.field(default_factory=Counter)
    asked: Counter[str] = dataclasses.field(default_factory=Counter)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultStack]:
    folder = tmp_path_factory.mktemp("faults")
    stack = GuardedFaultStack(folder) if os.environ.get("AUTH") == "on" else FaultStack(folder)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def test_chaos(running: FaultStack) -> None:
    seed = int(os.environ.get("CHAOS_SEED") or time.time())
    minutes = float(os.environ.get("CHAOS_MINUTES") or 60)
    print(f"\nCHAOS_SEED={seed} CHAOS_MINUTES={minutes:g}", flush=True)
    dice = random.Random(seed)
    end = time.monotonic() + 60 * minutes
    total = Total()
    with running.through_a_gateway():
        intruder = Intruder(running) if isinstance(running, GuardedFaultStack) else None
        while time.monotonic() < end:
            one_round(running, dice, total, intruder)
    print(f"{total.rounds} rounds, {total.rows} rows, {total.faults.total()} faults, worst {total.worst:.1f} s")
    print(f"faults: {dict(total.faults)}; asked: {dict(total.asked)}")
    if intruder:
        print(f"an intruder was answered {dict(intruder.tried)}, and let in {intruder.let_in}")
        assert intruder.tried[401] > 0


def one_round(stack: FaultStack, dice: random.Random, total: Total, intruder: Intruder | None) -> None:
    if intruder:
        intruder.revoke_one()
    trying = intruder.trying() if intruder else contextlib.nullcontext()
    nemesis, promise, loads = Nemesis(stack, dice), Promise(stack), LoadJournal(stack)
    client = LoadClient(loads, stack, random.Random(dice.random()))
    with client.working(ROUND_LOADS), promise.journal.feeding(ROUND_BATCHES), trying:
        for _ in range(FAULTS_PER_ROUND):
            nemesis.strike()
        nemesis.heal()
    healed = time.monotonic()
    promise.journal.wait_finished(CONVERGE)
    loads.wait_finished(CONVERGE)
    took = time.monotonic() - healed
    verdict, loaded = promise.journal.check(except_for=loads.batches()), loads.check()
    total.rounds += 1
    total.rows += verdict.rows + loaded.rows
    total.worst = max(total.worst, took)
    total.faults += nemesis.counts
    total.asked += client.asked
    print(f"round {total.rounds}: {dict(nemesis.counts)} {verdict} {loaded} finished after {took:.1f} s", flush=True)
    assert verdict.is_clean(), verdict
    assert loaded.is_clean(), loaded
    assert intruder is None or not intruder.let_in, intruder.let_in
    assert threading.active_count() < 200
    stack.empty_catalog()
