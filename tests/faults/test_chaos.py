"""``make chaos``: faults at random for CHAOS_MINUTES (30), by CHAOS_SEED, and the promise after each round."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.faults.conftest import Promise
from tests.support.fault_stack import SERVERS, FaultStack

ROUND_BATCHES = 20
FAULTS_PER_ROUND = 8

pytestmark = pytest.mark.chaos


class Nemesis:
    """Does harm. Each fault leaves the stack such that ``start_missing`` and SIGCONT make it whole."""

    def __init__(self, stack: FaultStack, dice: random.Random) -> None:
        self._stack = stack
        self._dice = dice
        self._ended = threading.Event()
        self.counts: Counter[str] = Counter()
        self._faults: list[Callable[[], None]] = [
            self.kill_worker, self.kill_worker, self.pause_worker, self.end_worker, self.kill_redis, self.empty_redis,
            self.cut_redis, self.kill_postgres, self.kill_importer, self.kill_worker_api, self.kill_dispatcher,
            self.kill_everything, self.lose_answers,
        ]  # fmt: skip

    def strike(self) -> None:
        fault = self._dice.choice(self._faults)
        self.counts[fault.__name__] += 1
        fault()
        self._ended.wait(self._dice.uniform(0.05, 1.5))

    def heal(self) -> None:
        self._stack.proxy.drop_every = 0
        for worker in self._stack.workers:
            worker.running.send_to_group(signal.SIGCONT)
        self._stack.start_missing()
        self._stack.wait_ready()

    def _restart(self, name: str) -> None:
        self._stack.parts[name].kill()
        self._ended.wait(self._dice.uniform(0, 1))
        if name in SERVERS:
            self._stack.start_server(name)
        else:
            self._stack.parts[name].start()

    def _worker(self) -> str:
        return self._dice.choice([worker.name for worker in self._stack.workers])

    def kill_worker(self) -> None:
        self._restart(self._worker())

    def pause_worker(self) -> None:
        """Longer than the lease, so it wakes as a zombie."""
        paused = self._stack.parts[self._worker()].running
        paused.send_to_group(signal.SIGSTOP)
        self._ended.wait(self._dice.uniform(3.5, 6))
        paused.send_to_group(signal.SIGCONT)

    def end_worker(self) -> None:
        worker = self._stack.parts[self._worker()]
        worker.running.stop(timeout=25)
        worker.start()

    def kill_redis(self) -> None:
        self._restart("redis")

    def empty_redis(self) -> None:
        client = self._stack.redis_client()
        client.flushall()
        client.close()

    def cut_redis(self) -> None:
        client = self._stack.redis_client()
        client.client_kill_filter(_type="normal", skipme=True)
        client.close()

    def kill_postgres(self) -> None:
        self._stack.kill_postgres()
        self._ended.wait(self._dice.uniform(0, 2))
        self._stack.start_server("postgres")

    def kill_importer(self) -> None:
        self._restart("importer")

    def kill_worker_api(self) -> None:
        self._restart("worker-api")

    def kill_dispatcher(self) -> None:
        self._restart("dispatcher")

    def kill_everything(self) -> None:
        self._stack.kill_everything()
        self._stack.start_missing()

    def lose_answers(self) -> None:
        self._stack.proxy.drop_every = self._dice.randint(2, 5)


def test_chaos(running: FaultStack) -> None:
    seed = int(os.environ.get("CHAOS_SEED") or time.time())
    minutes = float(os.environ.get("CHAOS_MINUTES") or 30)
    print(f"\nCHAOS_SEED={seed} CHAOS_MINUTES={minutes:g}")
    dice = random.Random(seed)
    end = time.monotonic() + 60 * minutes
    counts: Counter[str] = Counter()
    rows = rounds = 0
    worst = 0.0
    while time.monotonic() < end:
        nemesis = Nemesis(running, dice)
        promise = Promise(running)
        with promise.journal.feeding(ROUND_BATCHES):
            for _ in range(FAULTS_PER_ROUND):
                nemesis.strike()
            nemesis.heal()
        healed = time.monotonic()
        verdict = promise.holds()
        took = time.monotonic() - healed
        rounds, rows, worst, counts = rounds + 1, rows + verdict.rows, max(worst, took), counts + nemesis.counts
        print(f"round {rounds}: {rows} rows, {sum(counts.values())} faults, {verdict}, finished after {took:.1f} s")
    print(f"longest time to the end of all batches after a round: {worst:.1f} s; faults: {dict(counts)}")
