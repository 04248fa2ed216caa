"""Where and with what a run was made."""

import os
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import psutil

OURS = ("celery", "flask", "gunicorn", "msgspec", "psycopg2-binary", "redis", "sqlalchemy")
PEERS = ("huey", "dramatiq", "fastapi", "uvicorn", "asyncpg")


def machine() -> dict[str, str]:
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def versions(peers_python: str, postgres: str, valkey: str) -> dict[str, str]:
    """``postgres`` and ``valkey`` are the servers' own."""
    servers = {"Python": platform.python_version(), "PostgreSQL": postgres, "Valkey": valkey}
    return {**servers, **{name: version(name) for name in OURS}, **_of_peers(peers_python), **_of_nginx()}


def _of_peers(python: str) -> dict[str, str]:
    code = f"from importlib.metadata import version\nfor name in {PEERS!r}: print(name, version(name))"
    found = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout
    return dict(line.split() for line in found.splitlines())


def _of_nginx() -> dict[str, str]:
    program = shutil.which("nginx")
    if program is None:
        return {}
    said = subprocess.run([program, "-v"], check=True, capture_output=True, text=True).stderr
    return {"nginx": said.strip().rpartition("/")[2]}
