"""The servers of ``make bench``, and the table at its end: each target of the design beside what this run measured."""

import datetime
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import psycopg2
import pytest
import redis

from deploy.local.postgres_server import PostgresServer
from deploy.local.redis_server import RedisServer
from tests.bench.driver import PEERS_PYTHON
from tests.bench.machine import machine, versions
from tests.bench.results import FILE, HEAD, Results
from tests.bench.scale import IS_WHOLE, REPEATS, SCALE
from tests.support.servers.embedded import fresh_database, libpq_uri, running_postgres
from tests.support.servers.processes import ROOT

SAFE = ("max_connections=200",)  # else as it comes: a promise that is kept only without fsync is not measured
_RESULTS = pytest.StashKey[Results]()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    with running_postgres(tmp_path_factory.mktemp("postgres"), SAFE) as server:
        yield server


@pytest.fixture(scope="module")
def make_postgres(postgres_server: PostgresServer) -> Iterator[Callable[[], str]]:
    with ExitStack() as databases:
        yield lambda: databases.enter_context(fresh_database(postgres_server))


@pytest.fixture(scope="session")
def results(
    pytestconfig: pytest.Config, postgres_server: PostgresServer, redis_server: RedisServer
) -> Iterator[Results]:
    """Every test adds its rows; they are written whatever becomes of the tests after it."""
    if not PEERS_PYTHON.exists():
        pytest.exit("The peers have no environment: run `make bench`.", 2)
    started = time.monotonic()
    software = versions(str(PEERS_PYTHON), _postgres_version(postgres_server), _valkey_version(redis_server))
    found = Results(machine(), software, _run())
    pytestconfig.stash[_RESULTS] = found
    yield found
    found.run["minutes"] = f"{(time.monotonic() - started) / 60:.1f}"
    found.save()


def _run() -> dict[str, str]:
    now = datetime.datetime.now(datetime.UTC)
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], check=True, cwd=ROOT, capture_output=True, text=True
    )
    whole = {"whole": str(IS_WHOLE)}
    return {
        "date": f"{now:%Y-%m-%d}",
        "commit": commit.stdout.strip(),
        "repetitions": str(REPEATS),
        "scale": f"{SCALE:g}",
        **whole,
    }


def _postgres_version(server: PostgresServer) -> str:
    with closing(psycopg2.connect(libpq_uri(server.uri()))) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        found = cursor.fetchone()
    return str(found[0]) if found else ""


def _valkey_version(server: RedisServer) -> str:
    with closing(redis.Redis.from_url(server.url(0))) as client:
        return str(client.info("server")["valkey_version"])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    found = config.stash.get(_RESULTS, None)
    if found is None:
        return
    terminalreporter.section(f"bench: {found.machine['cores']} cores, medians of {REPEATS}")
    for head, lines in [
        (HEAD, [row.cells() for row in found.rows]),
        *((table.head, table.lines) for table in found.tables),
    ]:
        _write(terminalreporter, [head, *lines])
    for note in found.notes:
        terminalreporter.line(note)
    terminalreporter.line(f"written to {FILE.relative_to(ROOT)}")


def _write(reporter: pytest.TerminalReporter, lines: list[tuple[str, ...]]) -> None:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        reporter.line("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    reporter.line("")
