"""The lock file of a killed server, which nobody has waited for yet."""

import os
import subprocess
import sys
from pathlib import Path

from deploy.local.postgres_server import PostgresServer


def cluster(folder: Path, owner: int) -> PostgresServer:
    (folder / "PG_VERSION").write_text("18\n")
    (folder / "postmaster.pid").write_text(f"{owner}\n{folder}\n1700000000\n5432\n")
    return PostgresServer(folder, 5432, "secret")


def test_lock_of_a_dead_server_that_nobody_waited_for_is_released(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", "pass"], stdout=subprocess.PIPE)
    assert dead.stdout is not None
    dead.stdout.read()  # Its end: it has died, and this process has not waited for it.
    os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
    server = cluster(tmp_path, dead.pid)
    server.initialise()
    owner, rest = (tmp_path / "postmaster.pid").read_text().split("\n", 1)
    assert int(owner) == os.getpid()
    assert rest == f"{tmp_path}\n1700000000\n5432\n"
    dead.stdout.close()
    dead.wait()


def test_lock_of_a_live_server_stays(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as alive:
        cluster(tmp_path, alive.pid).initialise()
        assert (tmp_path / "postmaster.pid").read_text().startswith(f"{alive.pid}\n")
        alive.communicate(b"\n")
