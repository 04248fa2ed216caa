"""Everything behind one gateway as real processes: catalog, importer with a worker, gateway."""

import dataclasses
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.gateway.process import running_gateway
from tests.support.servers.processes import Process
from tests.support.servers.services import running_service
from tests.support.stacks.importer import Stack, running_stack


@dataclasses.dataclass(frozen=True)
class WholeStack:
    """``url`` is the gateway's address, ``catalog`` that of the service behind it."""

    url: str
    importer: Stack
    gateway: Process
    catalog: str


@contextmanager
def running_whole_stack(
    folder: Path, database_uri: str, broker_url: str, catalog_app: str = "catalog.wsgi:app"
) -> Iterator[WholeStack]:
    """On a database with empty tables. ``catalog_app`` may be a catalog with more resources."""
    token = {"SERVICE_TOKEN": secrets.token_hex(16)}
    settings = {"SQLALCHEMY_DATABASE_URI": database_uri, **token}
    media = {"MEDIA_DIR": str(folder / "media")}
    with (
        running_service(catalog_app, folder, settings) as (catalog, _),
        running_stack(folder, database_uri, broker_url, env={"CATALOG_URL": catalog, **media, **token}) as stack,
        running_gateway(folder, catalog, stack.url, {}) as (url, gateway),
    ):
        yield WholeStack(url, stack, gateway, catalog)
