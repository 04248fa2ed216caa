"""What the stack publishes through its proxies: calls to it, and sockets that are held open against it."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import urllib3

from deploy.compose_secrets import FOLDER
from tests.stack.conftest import NAME
from tests.support.servers.processes import ROOT

SOCKETS = 30
LONGEST = 25.0  # seconds that an unfinished socket may live; nginx gives it 10


def port_of(url: str) -> int:
    return urlsplit(url).port or 443


class Published:
    """Calls by the name that the certificate has, to the address where it is."""

    def __init__(self, settings: dict[str, str], setting: str) -> None:
        self.address, self.port = settings["STACK_ADDRESS"], port_of(settings[setting])
        authority = str(FOLDER / "tls_ca")
        self._pool = urllib3.HTTPSConnectionPool(
            self.address, self.port, ca_certs=authority, server_hostname=NAME, assert_hostname=NAME, retries=False
        )

    def call(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None, **options: Any
    ) -> urllib3.BaseHTTPResponse:
        sent = {"Host": f"{NAME}:{self.port}", **(headers or {})}
        return self._pool.request(method, path, body=body, headers=sent, redirect=False, timeout=60, **options)


@contextmanager
def attacking(network: str, victim: Published, kind: str, sockets: int = SOCKETS) -> Iterator[list[float | None]]:
    """The block runs while all sockets are held; after it, how many seconds each of them lived."""
    script = (ROOT / "tests" / "support" / "gateway" / "slow_attack.py").read_text(encoding="utf-8")
    words = [victim.address, str(victim.port), kind, str(sockets), str(LONGEST + 5)]
    run = ["docker", "run", "--rm", "-i", "--network", network, "python:3.11-slim-bookworm", "python", "-", *words]
    lived: list[float | None] = []
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as attacker:
        assert attacker.stdin is not None
        assert attacker.stdout is not None
        attacker.stdin.write(script)
        attacker.stdin.close()
        assert attacker.stdout.readline() == "holding\n"
        yield lived
        lived += json.loads(attacker.stdout.readline())


@contextmanager
def all_at_once(
    network: str, victim: Published, kinds: list[str], sockets: int = SOCKETS
) -> Iterator[dict[str, list[float | None]]]:
    with ExitStack() as stack:
        yield {kind: stack.enter_context(attacking(network, victim, kind, sockets)) for kind in kinds}
