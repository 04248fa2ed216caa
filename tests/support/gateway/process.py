"""The gateway as it runs in production, on a free port."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.local.ports import free_port
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
