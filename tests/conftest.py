"""Fixtures for every test: one embedded PostgreSQL and Redis per session, a fresh database of each per test."""

import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from deploy.local.postgres_server import PostgresServer
from deploy.local.redis_server import RedisServer
from tests.support.documents.described import Seen, watched
from tests.support.parallel import FolderScheduling, processes_for, rank, share_machine
from tests.support.servers.embedded import (
    database_with_tables,
    fresh_database,
    fresh_redis,
    running_postgres,
    running_redis,
)
from tests.support.stacks.guarded import GuardedStack, running_guarded_stack
from tests.support.stacks.importer import Stack, running_stack
from tests.support.stacks.whole import WholeStack, running_whole_stack

FOLDERS = ("unit", "contract", "integration", "stack", "browser", "faults", "bench")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    return processes_for(config)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FolderScheduling:
    return FolderScheduling(config, log)


def pytest_configure() -> None:
    """What a shell runs in its background ignores SIGINT, and so would all processes that tests start and interrupt."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    share_machine()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each test carries its folder's name as a marker, so that ``-m unit`` and ``-m faults`` choose by folder."""
    for item in items:
        folder = _folder(item)
        if folder in FOLDERS:
            item.add_marker(folder)
    items.sort(key=lambda item: rank(item.nodeid))


def _folder(item: pytest.Item) -> str:
    return item.nodeid.split("/", 2)[1]


@pytest.fixture(scope="session")
def seen_answers() -> Iterator[Seen]:
    yield from watched()


@pytest.fixture(autouse=True)
def as_described(seen_answers: Seen) -> Iterator[None]:
    """Whatever a test sends to the apps or through the gateway: their OpenAPI documents have the answer."""
    yield
    assert seen_answers.take() == []


@pytest.fixture(autouse=True)
def sqlite_closed() -> Iterator[None]:
    """What a test opened of SQLite ends with it: Python 3.13 complains of what nobody closed, in any later test."""
    opened: list[sqlite3.Connection] = []

    def keep(connection: Any, _record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            opened.append(connection)

    sa.event.listen(sa.Pool, "connect", keep)
    yield
    sa.event.remove(sa.Pool, "connect", keep)
    for connection in opened:
        connection.close()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A running PostgreSQL. Its ``uri()`` is that of a superuser."""
    with running_postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> Iterator[str]:
    """The SQLAlchemy address of an empty database for this test alone."""
    with fresh_database(postgres_server) as uri:
        yield uri


@pytest.fixture(scope="session")
def tables(postgres_server: PostgresServer) -> Iterator[str]:
    """The name of a database with all tables, made once: to copy it is quicker than to migrate."""
    with database_with_tables(postgres_server) as name:
        yield name


@pytest.fixture
def migrated(postgres_server: PostgresServer, tables: str) -> Iterator[str]:
    """The SQLAlchemy address of a database with empty tables for this test alone."""
    with fresh_database(postgres_server, tables) as uri:
        yield uri


@pytest.fixture(scope="module")
def make_migrated(postgres_server: PostgresServer, tables: str) -> Iterator[Callable[[], str]]:
    """Makes databases with empty tables that live as long as the tests of one module."""
    with ExitStack() as databases:
        yield lambda: databases.enter_context(fresh_database(postgres_server, tables))


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A running Redis without persistence."""
    with running_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The address of an empty Redis database for this test alone."""
    return fresh_redis(redis_server)


@pytest.fixture(scope="module")
def make_redis(redis_server: RedisServer) -> Callable[[], str]:
    """Gives emptied Redis databases, for fixtures that live longer than one test."""
    return lambda: fresh_redis(redis_server)


@pytest.fixture(scope="module")
def run_stack(
    make_migrated: Callable[[], str], make_redis: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Stack]]:
    """Starts the importer with its workers, by the options of ``Stack``; it ends with the tests of the module."""
    with ExitStack() as stacks:

        def run(**options: Any) -> Stack:
            folder = tmp_path_factory.mktemp("stack")
            return stacks.enter_context(running_stack(folder, make_migrated(), make_redis(), **options))

        yield run


@pytest.fixture(scope="session")
def run_whole_stack(
    postgres_server: PostgresServer, tables: str, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., WholeStack]]:
    """Starts catalog, importer with a worker and gateway, for the files of one folder to share."""
    with ExitStack() as stacks:

        def run(**options: str) -> WholeStack:
            uri = stacks.enter_context(fresh_database(postgres_server, tables))
            broker = fresh_redis(redis_server)
            folder = tmp_path_factory.mktemp("whole")
            return stacks.enter_context(running_whole_stack(folder, uri, broker, **options))

        yield run


@pytest.fixture(scope="session")
def run_guarded_stack(
    postgres_server: PostgresServer, tables: str, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., GuardedStack]]:
    """The same with AUTH=on and identity, by settings of that alone."""
    with ExitStack() as stacks:

        def run(**of_identity: str) -> GuardedStack:
            uri = stacks.enter_context(fresh_database(postgres_server, tables))
            folder = tmp_path_factory.mktemp("guarded")
            return stacks.enter_context(running_guarded_stack(folder, uri, fresh_redis(redis_server), of_identity))

        yield run


@pytest.fixture
def empty_register(stack: WholeStack) -> Iterator[None]:
    """For tests that fill it: no group is left afterwards."""
    yield
    for item in requests.get(f"{stack.url}/api/groups/", timeout=10).json()["items"]:
        requests.delete(f"{stack.url}/api/groups/{item['id']}", timeout=10)
