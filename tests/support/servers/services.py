"""Start one of the services as it runs in production, on a free port, and wait until it is ready."""

import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.local.ports import LOOPBACK, free_port
from tests.support.servers.processes import Process, python

SHARED_CONFIGURATION = "python:stackroom_kit.gunicorn_conf"


def is_ready(url: str, path: str = "/health/ready") -> bool:
    """Whether a GET answers 200."""
    try:
        with urllib.request.urlopen(url + path, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def running_service(
    app: str, folder: Path, env: Mapping[str, str], configuration: str = SHARED_CONFIGURATION,
    ready_path: str = "/health/ready", port: int = 0,
) -> Iterator[tuple[str, Process]]:  # fmt: skip
    """gunicorn with ``app`` (``catalog.wsgi:app``); gives its address (``http://127.0.0.1:port``) and its process.

    ``port`` 0 takes a free one; give one to start a service again where its callers expect it.
    """
    chosen = port or free_port()
    address = f"{LOOPBACK}:{chosen}"
    command = python("-m", "gunicorn", "-c", configuration, app)
    log = folder / f"{app.split('.', maxsplit=1)[0]}-{chosen}.log"
    process = Process(command, log, {"WEB_PROCESSES": "1", **env, "BIND": address})
    try:
        process.wait_ready(lambda: is_ready(f"http://{address}", ready_path))
        yield f"http://{address}", process
    finally:
        process.kill()  # a test of how it ends stops it itself; all others need not wait for that
