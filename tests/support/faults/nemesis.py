"""Does harm by the dice, to a stack with a gateway. Each fault leaves the stack such that ``heal`` makes it whole."""

import contextlib
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable

from tests.support.gateway.slow_clients import ANSWER, BODY, HEAD, slow_clients
from tests.support.stacks.faults import SERVERS, FaultStack

SLOW_CLIENTS = 300
TRICKLE = 1.0  # seconds between two bytes of one of them


class Nemesis:
    """``counts`` says how often each fault was done."""

    def __init__(self, stack: FaultStack, dice: random.Random) -> None:
        self._stack = stack
        self._dice = dice
        self._ended = threading.Event()
        self._attack = contextlib.ExitStack()
        self.counts: Counter[str] = Counter()
        self._faults: list[Callable[[], None]] = [
            self.kill_worker, self.kill_worker, self.pause_worker, self.end_worker, self.kill_redis, self.empty_redis,
            self.cut_redis, self.silence_redis, self.pause_redis, self.kill_postgres, self.kill_importer,
            self.kill_worker_api, self.kill_dispatcher, self.kill_dispatcher, self.pause_dispatcher, self.kill_catalog,
            self.pause_catalog, self.slow_catalog, self.kill_everything, self.lose_answers_to_workers,
            self.lose_answers_of_catalog, self.lose_answers_to_commits, self.lose_answers_to_bells, self.kill_gateway,
            self.slow_clients, self.slow_clients,
        ]  # fmt: skip
        if "identity" in stack.parts:  # behind the others, so that a seed means the same faults without it
            self._faults += [self.kill_identity, self.pause_identity]

    def strike(self) -> None:
        fault = self._dice.choice(self._faults)
        self.counts[fault.__name__] += 1
        fault()
        self._wait(0.05, 1.5)

    def heal(self) -> None:
        self._attack.close()
        for proxy in self._stack.proxies:
            proxy.pass_all()
        for part in self._stack.parts.values():
            part.running.send_to_group(signal.SIGCONT)
        self._stack.start_missing()
        self._stack.wait_ready()

    def _wait(self, least: float, most: float) -> None:
        self._ended.wait(self._dice.uniform(least, most))

    def _restart(self, name: str) -> None:
        self._stack.parts[name].kill()
        self._wait(0, 1)
        if name in SERVERS:
            self._stack.start_server(name)
        else:
            self._stack.parts[name].start()

    def _pause(self, name: str, least: float, most: float) -> None:
        paused = self._stack.parts[name].running
        paused.send_to_group(signal.SIGSTOP)
        self._wait(least, most)
        paused.send_to_group(signal.SIGCONT)

    def _worker(self) -> str:
        return self._dice.choice([worker.name for worker in self._stack.workers])

    def kill_worker(self) -> None:
        self._restart(self._worker())

    def pause_worker(self) -> None:
        """Longer than the lease, so it wakes as a zombie."""
        self._pause(self._worker(), 3.5, 6)

    def end_worker(self) -> None:
        worker = self._stack.parts[self._worker()]
        worker.running.stop(timeout=25)
        worker.start()

    def kill_redis(self) -> None:
        self._restart("redis")

    def pause_redis(self) -> None:
        self._pause("redis", 3, 6)

    def empty_redis(self) -> None:
        with contextlib.closing(self._stack.redis_client()) as client:
            client.flushall()

    def cut_redis(self) -> None:
        with contextlib.closing(self._stack.redis_client()) as client:
            client.client_kill_filter(_type="normal", skipme=True)

    def silence_redis(self) -> None:
        self._stack.redis_proxy.fall_silent()

    def kill_postgres(self) -> None:
        self._stack.kill_postgres()
        self._wait(0, 2)
        self._stack.start_server("postgres")

    def kill_importer(self) -> None:
        self._restart("importer")

    def kill_gateway(self) -> None:
        self._restart("gateway")

    def kill_identity(self) -> None:
        self._restart("identity")

    def pause_identity(self) -> None:
        self._pause("identity", 1, 5)

    def slow_clients(self) -> None:
        """They stay until all is healed."""
        where = self._dice.choice([HEAD, BODY, ANSWER])
        who = self._stack.credentials("POST", "")
        self._attack.enter_context(slow_clients(self._stack.client_url, where, SLOW_CLIENTS, TRICKLE, who))

    def kill_worker_api(self) -> None:
        self._restart("worker-api")

    def kill_dispatcher(self) -> None:
        self._restart("dispatcher")

    def pause_dispatcher(self) -> None:
        """Longer than its lease of the chunk that it applies."""
        self._pause("dispatcher", 3.5, 5)

    def kill_catalog(self) -> None:
        self._restart("catalog")

    def pause_catalog(self) -> None:
        self._pause("catalog", 1, 5)

    def slow_catalog(self) -> None:
        self._stack.catalog_proxy.delay = self._dice.uniform(0.1, 0.5)

    def kill_everything(self) -> None:
        self._stack.kill_everything()
        self._stack.start_missing()

    def lose_answers_to_workers(self) -> None:
        self._stack.proxy.drop_every = self._dice.randint(2, 5)

    def lose_answers_of_catalog(self) -> None:
        self._stack.catalog_proxy.drop_every = self._dice.randint(2, 4)

    def lose_answers_to_commits(self) -> None:
        self._stack.postgres_proxy.lose_answers_to = b"COMMIT\0"
        self._stack.postgres_proxy.losses = self._dice.randint(1, 3)

    def lose_answers_to_bells(self) -> None:
        self._stack.redis_proxy.lose_answers_to = b"LPUSH"
        self._stack.redis_proxy.losses = self._dice.randint(1, 3)
