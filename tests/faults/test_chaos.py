"""``make chaos``: faults at random for CHAOS_MINUTES (60), by CHAOS_SEED, and the promises after each round."""

import dataclasses
import os
import random
import threading
import time
from collections import Counter

import pytest

from tests.faults.conftest import Promise
from tests.support.faults.load_client import LoadClient
from tests.support.faults.load_journal import LoadJournal
from tests.support.faults.nemesis import Nemesis
from tests.support.stacks.faults import CONVERGE, FaultStack

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


def test_chaos(running: FaultStack) -> None:
    seed = int(os.environ.get("CHAOS_SEED") or time.time())
    minutes = float(os.environ.get("CHAOS_MINUTES") or 60)
    print(f"\nCHAOS_SEED={seed} CHAOS_MINUTES={minutes:g}", flush=True)
    dice = random.Random(seed)
    end = time.monotonic() + 60 * minutes
    total = Total()
    with running.through_a_gateway():
        while time.monotonic() < end:
            one_round(running, dice, total)
    print(f"{total.rounds} rounds, {total.rows} rows, {total.faults.total()} faults, worst {total.worst:.1f} s")
    print(f"faults: {dict(total.faults)}; asked: {dict(total.asked)}")


def one_round(stack: FaultStack, dice: random.Random, total: Total) -> None:
    nemesis, promise, loads = Nemesis(stack, dice), Promise(stack), LoadJournal(stack)
    client = LoadClient(loads, stack, random.Random(dice.random()))
    with client.working(ROUND_LOADS), promise.journal.feeding(ROUND_BATCHES):
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
    assert threading.active_count() < 200
    stack.empty_catalog()
