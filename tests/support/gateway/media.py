"""Media through the real gateway."""

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path

from deploy.local.ports import LOOPBACK, free_port
from tests.support.gateway.process import running_gateway
from tests.support.gateway.raw_http import RawAnswer, exchange
from tests.support.servers.processes import Process
from tests.support.servers.services import running_service

MEDIA = "/api/importer/media"
MEBIBYTE = 1024 * 1024
LIMIT = 1200 * MEBIBYTE
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))


@dataclasses.dataclass
class Media:
    """The gateway's address, the folder of the files, and the processes that the bytes go through."""

    url: str
    root: Path
    service: Process
    gateway: Process

    def upload(self, content: bytes, **headers: str) -> RawAnswer:
        return exchange(
            self.url, "POST", MEDIA, {name.replace("_", "-"): one for name, one in headers.items()}, content
        )

    def name_of(self, content: bytes) -> str:
        answer = self.upload(content)
        assert answer.status in (200, 201), answer
        name: str = answer.json()["name"]
        return name

    def get(self, name: str, method: str = "GET", **headers: str) -> RawAnswer:
        sent = {header.replace("_", "-"): value for header, value in headers.items()}
        return exchange(self.url, method, f"{MEDIA}/{name}", sent)

    def files(self) -> list[str]:
        """Everything that lies there, but for the locks."""
        found = (str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file())
        return sorted(name for name in found if name != ".lock" and not name.endswith(".room"))


@contextlib.contextmanager
def running_media(folder: Path, uri: str, broker: str, root: Path, **limits: str) -> Iterator[Media]:
    """Gateway, importer with one thread, and importer-media as a process of its own."""
    settings = {
        "SQLALCHEMY_DATABASE_URI": uri, "CELERY_BROKER_URL": broker, "MEDIA_DIR": str(root),
        "MAX_MEDIA_BYTES": str(LIMIT), "MIN_FREE_BYTES": "0", **limits,
    }  # fmt: skip
    threads = {"WEB_THREADS": "64"}
    with (
        running_service("importer.wsgi:app", folder, {**settings, "WEB_THREADS": "1"}) as (importer, _),
        running_service("importer.wsgi:app", folder, {**settings, **threads}) as (media, service),
        running_gateway(
            folder, f"http://{LOOPBACK}:{free_port()}", importer, {**settings, "MEDIA_URL": media}
        ) as (url, gateway),
    ):  # fmt: skip
        yield Media(url, root, service, gateway)
