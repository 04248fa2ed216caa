"""The account that root lends PostgreSQL, which refuses to run as root."""

import os
import pwd
import subprocess
from pathlib import Path

from deploy.local.server_error import ServerError

NAME = "nobody"  # every Linux has it
ELSE = "run this as an ordinary user, or set POSTGRES_HOST to use another server"

# Each lets a process through folders that others may not enter, as /root, where checkout and data may lie: to open
# them to everyone would outlast the server. The first only reads. The root of a container has the second alone.
WAYS_IN = {"dac_read_search": 2, "dac_override": 1}  # to the number of the capability


def as_account() -> list[str]:
    """Words before a command of root that give up being root (``setpriv`` of util-linux, on every Debian)."""
    if os.geteuid() != 0:
        return []
    way = _way_in()
    # initdb asks access(2) whether its programs can be run, which forgets capabilities without this bit.
    kept = [f"--inh-caps=+{way}", f"--ambient-caps=+{way}", "--securebits=+no_setuid_fixup"]
    return ["setpriv", f"--reuid={NAME}", f"--regid={_account().pw_gid}", "--clear-groups", *kept]


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
        raise _refusal(f"may not lend it the account {NAME} here ({done.stderr.strip()})")


def hand_over(path: Path) -> None:
    """Give ``path`` to the account, closed to everyone else."""
    path.chmod(0o700 if path.is_dir() else 0o600)
    if os.geteuid() == 0:
        os.chown(path, _account().pw_uid, _account().pw_gid)


def _account() -> pwd.struct_passwd:
    return pwd.getpwnam(NAME)


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
    return ServerError(f"PostgreSQL refuses to run as root, and root {reason}: {ELSE}")
