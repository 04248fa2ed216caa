"""The gateway as it runs in production, on a free port."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.local.ports import LOOPBACK, free_port
from tests.support.servers.processes import Process
from tests.support.servers.services import running_service


@contextmanager
def running_gateway(
    folder: Path, catalog: str, importer: str, env: Mapping[str, str], port: int = 0
) -> Iterator[tuple[str, Process]]:
    """Its address and process, once it answers; ``port`` 0 takes a free one."""
    port = port or free_port()
    settings = {"UI_PORT": str(port), "CATALOG_URL": catalog, "IMPORTER_URL": importer, **env}
    with running_service(
        "ui.wsgi:app", folder, settings, "python:ui.server.gunicorn_conf", "/api/health", port
    ) as running:
        yield running


@contextmanager
def importer_behind_gateway(folder: Path, database: str, broker: str, limits: Mapping[str, str]) -> Iterator[str]:
    """The gateway's address, with an importer of few threads behind it and no catalog; ``limits`` hold for both."""
    own = {"SQLALCHEMY_DATABASE_URI": database, "CELERY_BROKER_URL": broker, "WEB_THREADS": "2", **limits}
    nowhere = f"http://{LOOPBACK}:{free_port()}"
    with (
        running_service("importer.wsgi:app", folder, own, ready_path="/health") as (importer, _),
        running_gateway(folder, nowhere, importer, limits) as (url, _),
    ):
        yield url
