"""The catalog's GETs beside the ORM as usually written and FastAPI; the gateway beside nginx and the direct way."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from catalog.migrate import migrate
from deploy.local.ports import LOOPBACK, free_port
from tests.bench.driver import PEERS_PYTHON
from tests.bench.load import load
from tests.bench.measure import medians
from tests.bench.peers.nginx import running_nginx
from tests.bench.register import fill_register
from tests.bench.results import Results, Row
from tests.bench.scale import REPEATS, duration
from tests.support.gateway.process import running_gateway
from tests.support.servers.embedded import libpq_uri
from tests.support.servers.processes import Process
from tests.support.servers.services import is_ready, running_service

CONNECTIONS = 16
SECONDS = duration(1.5)

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def database(make_postgres: Callable[[], str]) -> str:
    uri = make_postgres()
    migrate(uri)
    fill_register(uri)
    return uri


@contextmanager
def running_fastapi(folder: Path, uri: str) -> Iterator[str]:
    address = f"{LOOPBACK}:{free_port()}"
    options = ["--workers", "2", "--port", address.rpartition(":")[2], "--no-access-log", "--log-level", "warning"]
    command = [str(PEERS_PYTHON), "-m", "uvicorn", "tests.bench.peers.fastapi_catalog:app", *options]
    process = Process(command, folder / "fastapi.log", {"PEER_DATABASE_URI": libpq_uri(uri)})
    try:
        process.wait_ready(lambda: is_ready(f"http://{address}"))
        yield f"http://{address}"
    finally:
        process.stop()


def rates(urls: dict[str, str], path: str) -> dict[str, float]:
    def measured(name: str) -> Callable[[], float]:
        return lambda: load(urls[name] + path, CONNECTIONS, SECONDS).rate

    return medians({name: measured(name) for name in urls}, REPEATS)


PATHS = {"GET one type": "/api/types/500", "GET 100 types of 10,000": "/api/types/?limit=100"}
TARGETS = {"GET one type": (1.6, None), "GET 100 types of 10,000": (4, 0.75)}


@pytest.fixture(scope="module")
def catalogs(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Addresses of the catalog and its peers, two processes each."""
    folder = tmp_path_factory.mktemp("catalogs")
    two = {"WEB_PROCESSES": "2"}
    ours, theirs = {**two, "SQLALCHEMY_DATABASE_URI": database}, {**two, "PEER_DATABASE_URI": database}
    with ExitStack() as running:
        catalog, _ = running.enter_context(running_service("catalog.wsgi:app", folder, ours))
        orm, _ = running.enter_context(running_service("tests.bench.peers.orm_catalog:app", folder, theirs))
        yield {"catalog": catalog, "orm": orm, "fastapi": running.enter_context(running_fastapi(folder, database))}


@pytest.mark.parametrize("what", PATHS)
def test_catalog_beside_its_peers(catalogs: dict[str, str], results: Results, what: str) -> None:
    found = rates(catalogs, PATHS[what])
    peers = {"orm": "Flask with the ORM", "fastapi": "FastAPI with asyncpg"}
    for (name, title), target in zip(peers.items(), TARGETS[what], strict=True):
        ratio = found["catalog"] / found[name]
        cells = (f"{what} / {title}", f"{found['catalog']:,.0f}/s", f"{found[name]:,.0f}/s")
        results.rows.append(Row(*cells, ratio, target))


@pytest.fixture(scope="module")
def entrances(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Addresses of the gateway, nginx if it is installed, and the service behind both; one process each.

    On two cores, two and two processes would only measure how the machine shares them out.
    """
    folder = tmp_path_factory.mktemp("entrances")
    one = {"WEB_PROCESSES": "1"}
    with ExitStack() as running:
        settings = {**one, "SQLALCHEMY_DATABASE_URI": database}
        direct, _ = running.enter_context(running_service("catalog.wsgi:app", folder, settings))
        gateway, _ = running.enter_context(running_gateway(folder, direct, direct, one))
        nginx = running.enter_context(running_nginx(folder, direct))
        yield {"gateway": gateway, "direct": direct, **({"nginx": nginx} if nginx else {})}


def test_gateway_beside_nginx_and_the_direct_way(entrances: dict[str, str], results: Results) -> None:
    path = PATHS["GET one type"]
    found = rates(entrances, path)
    titles = {"direct": ("direct", 0.85), "nginx": ("nginx in its place", None)}
    for name, (title, target) in titles.items():
        if name in found:
            ratio = found["gateway"] / found[name]
            cells = (f"GET through the gateway / {title}", f"{found['gateway']:,.0f}/s", f"{found[name]:,.0f}/s")
            results.rows.append(Row(*cells, ratio, target))
    if "nginx" not in found:
        results.notes.append("nginx is not installed here, so the gateway stands without it.")

    def median(name: str) -> Callable[[], float]:
        return lambda: load(entrances[name] + path, 1, duration(1)).median

    single = medians({name: median(name) for name in entrances}, REPEATS)
    added = {name: 1000 * (single[name] - single["direct"]) for name in single}
    beside = f"nginx adds {added['nginx']:.2f} ms" if "nginx" in added else f"{1000 * single['direct']:.2f} ms direct"
    what = "ms that the gateway adds to a GET at the median, one connection"
    results.rows.append(Row(what, f"{added['gateway']:.2f} ms", beside, added["gateway"], 1.0, is_limit=True))
