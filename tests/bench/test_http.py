"""The catalog's GETs beside the ORM as usually written, and the gateway beside the direct way."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import create_engine, text

from catalog.migrate import migrate
from tests.bench.conftest import Row, Table
from tests.bench.load import load
from tests.bench.measure import medians
from tests.support.gateway import running_gateway
from tests.support.services import running_service

CONNECTIONS = 16
SECONDS = 2.0
REPETITIONS = 5
ROWS = """
INSERT INTO tbc.books_files_groups SELECT i, 'Group ' || i, 'comment' FROM generate_series(0, 9) i;
INSERT INTO tbc.books_files_types SELECT i, 'Type ' || i, repeat('c', 60), i % 10 FROM generate_series(1, 10000) i"""

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def urls(make_postgres: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Addresses of the catalog and its peer, two processes each; of a gateway and the catalog behind it, one each.

    On two cores, two and two processes would only measure how the machine shares them out.
    """
    uri = make_postgres()
    migrate(uri)
    engine = create_engine(uri)
    with engine.begin() as connection:
        connection.execute(text(ROWS))
    engine.dispose()
    folder = tmp_path_factory.mktemp("http")
    two = {"WEB_PROCESSES": "2"}
    ours, theirs = {**two, "SQLALCHEMY_DATABASE_URI": uri}, {**two, "PEER_DATABASE_URI": uri}
    with ExitStack() as running:
        catalog, _ = running.enter_context(running_service("catalog.wsgi:app", folder, ours))
        peer, _ = running.enter_context(running_service("tests.bench.peers.orm_catalog:app", folder, theirs))
        behind, _ = running.enter_context(running_service("catalog.wsgi:app", folder, {**ours, "WEB_PROCESSES": "1"}))
        gateway, _ = running.enter_context(running_gateway(folder, behind, behind, {"WEB_PROCESSES": "1"}))
        yield {"catalog": catalog, "peer": peer, "gateway": gateway, "direct": behind}


def rates(urls: dict[str, str], names: tuple[str, str], path: str) -> dict[str, float]:
    def measured(name: str) -> Callable[[], float]:
        return lambda: load(urls[name] + path, CONNECTIONS, SECONDS).rate

    return medians({name: measured(name) for name in names}, REPETITIONS)


@pytest.mark.parametrize(
    ("what", "path", "target"),
    [("GET one type", "/api/types/500", 1.6), ("GET 100 types of 10,000", "/api/types/?limit=100", 4)],
)
def test_catalog_beside_the_orm(urls: dict[str, str], table: Table, what: str, path: str, target: float) -> None:
    found = rates(urls, ("catalog", "peer"), path)
    ratio = found["catalog"] / found["peer"]
    table.add(Row(f"{what} / Flask with the ORM", f"{found['catalog']:.0f}/s", f"{found['peer']:.0f}/s", ratio, target))


def test_gateway_beside_the_direct_way(urls: dict[str, str], table: Table) -> None:
    path = "/api/types/500"
    found = rates(urls, ("gateway", "direct"), path)
    ratio = found["gateway"] / found["direct"]
    ours, direct = (f"{found[name]:.0f}/s" for name in ("gateway", "direct"))
    table.add(Row("GET through the gateway / direct", ours, direct, ratio, 0.85))

    def median(name: str) -> Callable[[], float]:
        return lambda: load(urls[name] + path, 1, 1).median

    single = medians({"gateway": median("gateway"), "direct": median("direct")}, REPETITIONS)
    added = 1000 * (single["gateway"] - single["direct"])
    ours, direct = (f"{1000 * single[name]:.2f} ms" for name in ("gateway", "direct"))
    table.add(Row("ms that the gateway adds to a GET, one connection", ours, direct, added, 1.0, is_limit=True))
