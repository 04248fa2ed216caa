"""What it costs to ask who somebody is: a list and a 202 with AUTH=on beside AUTH=off, one connection, in turns."""

import dataclasses
import http.client
import json
import secrets
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
import psutil
import pytest
from sqlalchemy import create_engine

from catalog.migrate import migrate as migrate_catalog
from deploy.local.redis_server import RedisServer
from identity import tokens, users
from identity.migrate import migrate as migrate_identity
from identity.tokens import Wanted
from importer.migrate import migrate as migrate_importer
from stackroom_kit.actor import Actor, ActorSigner, SignedRequest
from stackroom_kit.peppers import Peppers
from stackroom_kit.rights import rights_of
from stackroom_kit.token_form import API_TOKEN
from tests.bench.register import fill_register
from tests.bench.results import Results, Row
from tests.bench.scale import REPEATS, scaled
from tests.support.gateway.process import running_gateway
from tests.support.identity.settings import ACTOR_KEY, PEPPER
from tests.support.servers.embedded import fresh_redis
from tests.support.servers.processes import Process
from tests.support.servers.services import running_service
from ui.access.authenticator import Authenticator
from ui.access.credentials import credential_of
from ui.access.identity_client import IdentityClient
from ui.proxy.upstream import Upstream, as_sent

REQUESTS = scaled(300)  # of one turn
ON = {"AUTH": "on", "ACTOR_KEY": ACTOR_KEY.reveal(), "TOKEN_PEPPERS": PEPPER.reveal()}
BATCH = json.dumps({"records": [{"id": row, "payload": "x"} for row in range(10)]}).encode()
CALLS = {
    "list of 100 types": ("GET", "/api/types/?limit=100", b"", 200),
    "202 for 10 records": ("POST", "/api/importer/batches", BATCH, 202),
}
MOST_MEDIAN, MOST_99 = 0.3, 1.0  # milliseconds

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]


@dataclasses.dataclass
class Way:
    """A gateway and what is behind it, with the headers that it wants."""

    url: str
    headers: Mapping[str, str]
    processes: list[Process]

    def cpu_seconds(self) -> float:
        """Of all processes so far."""
        running = [psutil.Process(one.pid) for one in self.processes]
        times = [one.cpu_times() for parent in running for one in [parent, *parent.children(recursive=True)]]
        return sum(one.user + one.system for one in times)


@pytest.fixture(scope="module")
def database(make_postgres: Callable[[], str]) -> str:
    uri = make_postgres()
    for migrate in (migrate_catalog, migrate_importer, migrate_identity):
        migrate(uri)
    fill_register(uri)
    return uri


@pytest.fixture(scope="module")
def ways(
    database: str, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Way]]:
    token = made_token(database)
    broker = fresh_redis(redis_server)
    with ExitStack() as running:
        off = way(running, tmp_path_factory.mktemp("off"), database, broker, {}, {})
        on = way(running, tmp_path_factory.mktemp("on"), database, broker, ON, {"Authorization": f"Bearer {token}"})
        yield {"off": off, "on": on}


def made_token(database: str) -> str:
    engine = create_engine(database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        user = users.insert(connection, "bench", None, "operator", None)
        wanted = Wanted("bench", ["reader", "operator"], [], 1)
        _token, shown = tokens.make(connection, user.id, wanted, Peppers.of(PEPPER, "TOKEN_PEPPERS"))
    engine.dispose()
    return shown


def way(
    running: ExitStack, folder: Path, database: str, broker: str, auth: Mapping[str, str], headers: Mapping[str, str]
) -> Way:
    """One process of each."""
    env = {
        "WEB_PROCESSES": "1", "SQLALCHEMY_DATABASE_URI": database, "CELERY_BROKER_URL": broker,
        "SERVICE_TOKEN": secrets.token_hex(16), "MEDIA_DIR": str(folder), **auth,
    }  # fmt: skip
    catalog, first = running.enter_context(running_service("catalog.wsgi:app", folder, env))
    importer, second = running.enter_context(
        running_service("importer.wsgi:app", folder, {**env, "CATALOG_URL": catalog})
    )
    processes, own = [first, second], {"WEB_PROCESSES": "1", **auth}
    if auth:
        identity, third = running.enter_context(running_service("identity.wsgi:app", folder, env))
        processes, own = [*processes, third], {**own, "IDENTITY_URL": identity}
    url, gateway = running.enter_context(running_gateway(folder, catalog, importer, own))
    return Way(url, headers, [*processes, gateway])


def times_of(way: Way, call: str) -> list[float]:
    """Seconds of each request of one turn."""
    method, path, body, status = CALLS[call]
    connection = http.client.HTTPConnection(urlsplit(way.url).netloc)
    headers = {"Content-Type": "application/json", **way.headers} if body else way.headers
    found = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        connection.request(method, path, body or None, dict(headers))
        answer = connection.getresponse()
        answer.read()
        found.append(time.perf_counter() - started)
        assert answer.status == status
    connection.close()
    return found


def at_99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[-1]


def test_processor_time_of_the_check_alone(results: Results) -> None:
    """In this process, where no other load counts: the gateway finds and signs the actor, the service believes it."""
    actor = Actor(str(uuid4()), "ann", "token", "editor", rights_of("editor"), str(uuid4()), "10.0.0.1")
    signer, who = ActorSigner(ACTOR_KEY), Authenticator(IdentityClient(Knowing(actor)))
    shown = {"HTTP_AUTHORIZATION": f"Bearer {API_TOKEN.new_token()}"}

    def check() -> None:
        request = SignedRequest("GET", as_sent("/api/types/?limit=100"), "a" * 32)
        found = who.actor_of(credential_of(shown, "10.0.0.1"))
        assert signer.verified(signer.signed(found, request), request) == actor

    milliseconds = 1000 * min(processor_seconds(check) for _ in range(2 * REPEATS))
    cells = ("processor time of the check alone", f"{milliseconds:.3f} ms", "no check")
    results.rows.append(Row(*cells, milliseconds, MOST_MEDIAN, is_limit=True))


class Knowing(Upstream):
    """An identity that answers at once."""

    def __init__(self, actor: Actor) -> None:
        self._answer = 200, msgspec.to_builtins(actor)

    def ask_json(self, *_: object) -> tuple[int, dict[str, Any]]:
        return self._answer


def processor_seconds(work: Callable[[], None]) -> float:
    started = time.process_time()
    for _ in range(REQUESTS):
        work()
    return (time.process_time() - started) / REQUESTS


@pytest.mark.parametrize("call", CALLS)
def test_cost_of_asking_who_somebody_is(ways: dict[str, Way], results: Results, call: str) -> None:
    times: dict[str, list[list[float]]] = {name: [] for name in ways}
    cpu = dict.fromkeys(ways, 0.0)
    for way in ways.values():
        times_of(way, call)
    for turn in range(2 * REPEATS):
        for name in list(ways)[:: 1 if turn % 2 else -1]:  # whoever goes first is another one each time
            before = ways[name].cpu_seconds()
            times[name].append(times_of(ways[name], call))
            cpu[name] += ways[name].cpu_seconds() - before
    for what, figure, most in (("the median", statistics.median, MOST_MEDIAN), ("the 99th percentile", at_99, MOST_99)):
        results.rows.append(added(call, what, times, figure, most))
    milliseconds = {name: 1000 * seconds / (2 * REPEATS * REQUESTS) for name, seconds in cpu.items()}
    more = milliseconds["on"] - milliseconds["off"]
    cells = (f"{call}: processor time that AUTH=on adds", f"{more:.2f} ms", f"{milliseconds['off']:.2f} ms without")
    results.rows.append(Row(*cells, more, MOST_MEDIAN, is_limit=True))


def added(
    call: str, what: str, times: dict[str, list[list[float]]], figure: Callable[[list[float]], float], most: float
) -> Row:
    """The median over the turns of what one turn shows."""
    found = {name: 1000 * statistics.median(map(figure, turns)) for name, turns in times.items()}
    more = found["on"] - found["off"]
    return Row(
        f"{call}: what AUTH=on adds at {what}",
        f"{more:.2f} ms",
        f"{found['off']:.2f} ms without",
        more,
        most,
        is_limit=True,
    )
