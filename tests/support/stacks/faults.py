"""The whole importer on servers of its own, every process of which can be killed, paused and started again."""

import contextlib
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psutil
import psycopg2
import redis
import requests

from catalog.migrate import migrate as migrate_catalog
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.postgres_server import PostgresServer
from deploy.local.redis_server import RedisServer
from importer.migrate import migrate
from tests.support.servers.embedded import FAST, libpq_uri
from tests.support.servers.processes import python
from tests.support.servers.services import is_ready
from tests.support.servers.tcp_proxy import TCPProxy
from tests.support.stacks.importer import Part, Stack, gunicorn
from tests.support.waiting import wait_until

LEASE = 3  # seconds
CONVERGE = LEASE + 10  # seconds after the last fault, within which every batch must be finished
SERVERS = ("postgres", "redis")


class FaultStack(Stack):
    """PostgreSQL, Redis (which keeps nothing), catalog, the importer's three processes, two workers of one child.

    Workers reach the worker API through ``proxy``, the dispatcher the catalog through ``catalog_proxy``, everybody
    Redis through ``redis_proxy``, the public API PostgreSQL through ``postgres_proxy``; all pass everything until they
    are told otherwise. ``append_only``: Redis keeps what it holds. ``more`` are settings of every process.
    """

    gateway_env: Mapping[str, str] = MappingProxyType({})

    def __init__(
        self,
        folder: Path,
        worker_api: str = "importer.worker_api.wsgi:app",
        catalog: str = "catalog.wsgi:app",
        importer: str = "importer.wsgi:app",
        append_only: bool = False,
        more: Mapping[str, str] | None = None,
    ) -> None:
        port, catalog_port = free_port(), free_port()
        self.proxy, self.catalog_proxy = TCPProxy(port), TCPProxy(catalog_port)
        self.catalog_url = f"http://{LOOPBACK}:{catalog_port}"
        self.postgres = PostgresServer(folder / "postgres" / "data", free_port(), secrets.token_hex(16), FAST)
        self.redis = RedisServer(folder / "redis", free_port(), secrets.token_hex(16), append_only)
        self.postgres_proxy, self.redis_proxy = TCPProxy(self.postgres.port), TCPProxy(self.redis.port)
        self.postgres.initialise()
        self.redis.initialise()
        super().__init__(
            folder, self.postgres.uri(), self.redis.url().replace(f":{self.redis.port}/", f":{self.redis_proxy.port}/"),
            lease=LEASE, worker_module="tests.support.faults.fault_worker", workers=2, slots=1,
            importer=importer, worker_api=worker_api, worker_api_port=port, worker_api_url=self.proxy.url,
            env={
                "FAULT_FOLDER": str(folder),
                "CATALOG_URL": self.catalog_proxy.url,
                "SERVICE_TOKEN": secrets.token_hex(16),
                **(more or {}),
            },
        )  # fmt: skip
        uri = self.postgres.uri().replace(f":{self.postgres.port}/", f":{self.postgres_proxy.port}/")
        self.parts["importer"].env["SQLALCHEMY_DATABASE_URI"] = uri
        self._add("catalog", gunicorn(catalog), BIND=f"{LOOPBACK}:{catalog_port}", WEB_THREADS="4")
        servers = {name: Part(name, getattr(self, name).command(), {}, folder / f"{name}.log") for name in SERVERS}
        self.parts = servers | self.parts

    def start(self) -> None:
        self.start_servers()
        self.start_missing()
        self.wait_ready()

    def start_servers(self) -> None:
        """With all tables."""
        for name in SERVERS:
            self.start_server(name)
        migrate(self.postgres.uri())
        migrate_catalog(self.postgres.uri())

    def stop(self) -> None:
        """At once: nothing of it is wanted any more."""
        self.kill_everything()
        for proxy in self.proxies:
            proxy.end()

    @property
    def proxies(self) -> tuple[TCPProxy, ...]:
        return self.proxy, self.catalog_proxy, self.postgres_proxy, self.redis_proxy

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """What the ledger holds, for what no client can see."""
        database = psycopg2.connect(libpq_uri(self.postgres.uri()))
        with contextlib.closing(database), database.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def execute(self, statement: str) -> None:
        database = psycopg2.connect(libpq_uri(self.postgres.uri()))
        with contextlib.closing(database), database, database.cursor() as cursor:
            cursor.execute(statement)

    def empty_catalog(self) -> None:
        """Rows that were compared are in the way of the next comparison."""
        self.execute("TRUNCATE tbc.books_files_groups CASCADE")

    def groups(self) -> list[dict[str, Any]]:
        """All that the catalog holds, as it says itself."""
        path = "/api/groups/"
        answer = requests.get(self.catalog_url + path, headers=self.as_gateway("GET", path), timeout=30)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def start_server(self, name: str) -> None:
        self.parts[name].start()
        self.parts[name].running.wait_ready(getattr(self, name).is_ready)

    def start_missing(self) -> None:
        """What a supervisor does: start what does not run, servers first."""
        for name, part in self.parts.items():
            if part.process is None or not part.process.is_running():
                if name in SERVERS:
                    self.start_server(name)
                else:
                    part.start()

    def kill_postgres(self) -> None:
        """The server and its children, which have left its process group."""
        server = psutil.Process(self.parts["postgres"].running.pid)
        children = server.children(recursive=True)
        self.parts["postgres"].kill()
        for child in children:
            if child.is_running():
                child.kill()
        psutil.wait_procs(children, timeout=10)

    def kill_everything(self) -> None:
        """As when the machine loses its power."""
        for name, part in reversed(self.parts.items()):
            if part.process is None:
                continue
            if name == "postgres" and part.process.is_running():
                self.kill_postgres()
            else:
                part.kill()

    def wait_ready(self) -> None:
        if "gateway" in self.parts:
            self.parts["gateway"].running.wait_ready(lambda: is_ready(self.client_url, "/api/health"))
        super().wait_ready()

    @contextlib.contextmanager
    def through_a_gateway(self) -> Iterator[str]:
        """All calls of clients go to its address until the end of the block; it is a part like all others."""
        port, direct = free_port(), self.client_url
        command = python("-m", "gunicorn", "-c", "python:ui.server.gunicorn_conf", "ui.wsgi:app")
        addresses = {"CATALOG_URL": self.catalog_url, "IMPORTER_URL": self.url, **self.gateway_env}
        self._add("gateway", command, UI_PORT=str(port), **addresses)
        self.parts["gateway"].start()
        self.client_url = f"http://{LOOPBACK}:{port}"
        try:
            self.wait_ready()
            yield self.client_url
        finally:
            self.client_url = direct
            self.parts.pop("gateway").kill()

    @contextlib.contextmanager
    def changed(self, *names: str, **env: str) -> Iterator[None]:
        """Run these processes with other settings until the end of the block."""
        before = {name: self.parts[name].env for name in names}
        try:
            self._restart({name: {**before[name], **env} for name in names})
            yield
        finally:
            self._restart(before)

    def _restart(self, settings: Mapping[str, dict[str, str]]) -> None:
        for name, env in settings.items():
            self.parts[name].env = env
            self.parts[name].restart()
        self.wait_ready()

    def redis_client(self) -> "redis.Redis":
        return redis.Redis.from_url(self.redis.url())

    def wait_computing(self) -> str:
        """The name of a worker that holds a chunk."""

        def busy() -> str:
            return next((worker for worker, _ in self.leases()), "")

        return wait_until(busy, 20, "a worker with a chunk")

    def leases(self) -> list[tuple[str, str]]:
        """Worker and batch of every chunk that is held now."""
        rows = self.query("SELECT worker, batch_id FROM importer.chunk WHERE state = 'leased' AND due_at > now()")
        return [(str(worker), str(batch)) for worker, batch in rows]
