"""The importer behind the gateway as real processes, with no catalog and no workers: what it accepts waits."""

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from deploy.local.ports import LOOPBACK, free_port
from tests.support.gateway.process import running_gateway
from tests.support.gateway.raw_http import RawAnswer, exchange
from tests.support.servers.services import running_service


@dataclasses.dataclass(frozen=True)
class ImporterAlone:
    """``url`` is the gateway's address, ``importer`` the process that answers behind it."""

    url: str
    importer: psutil.Process

    def get(self, target: str) -> RawAnswer:
        return exchange(self.url, "GET", target)

    def post(self, target: str, body: bytes, content_type: str, **headers: str) -> RawAnswer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return exchange(self.url, "POST", target, {"Content-Type": content_type, **named}, body)

    def batches(self) -> list[str]:
        """The ids of the newest ones."""
        return [item["id"] for item in self.get("/api/importer/batches?limit=200").json()["items"]]

    def peak(self) -> float:
        """MiB that the importer ever held at once, as the kernel counted."""
        status = Path(f"/proc/{self.importer.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))) / 1024

    def unnamed_files(self) -> int:
        """Temporary files that are open: they have no name, so the kernel says that they are deleted."""
        found = 0
        for link in Path(f"/proc/{self.importer.pid}/fd").iterdir():
            try:
                found += "(deleted)" in str(link.readlink())
            except OSError:
                continue
        return found


@contextmanager
def running_importer_alone(
    folder: Path, database: str, broker: str, limits: Mapping[str, str]
) -> Iterator[ImporterAlone]:
    """``limits`` are settings of both."""
    own = {"SQLALCHEMY_DATABASE_URI": database, "CELERY_BROKER_URL": broker, "WEB_THREADS": "4", **limits}
    nowhere = f"http://{LOOPBACK}:{free_port()}"
    with (
        running_service("importer.wsgi:app", folder, own, ready_path="/health") as (importer, server),
        running_gateway(folder, nowhere, importer, limits) as (url, _),
    ):
        (process,) = psutil.Process(server.pid).children()
        yield ImporterAlone(url, process)
