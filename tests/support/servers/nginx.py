"""A real nginx on loopback, with the lines that the documents tell people to write."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local.ports import LOOPBACK, accepts, free_port
from tests.support.servers.processes import ROOT, Process

DOCUMENTED_GATEWAY = f"{LOOPBACK}:5000"
CONFIGURATION = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{ listen {address}:{port}; server_name {name}; {lines} }}
}}
"""


def documented_lines() -> list[str]:
    """The blocks of ``docs/operations.md``, in their order."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    return re.findall(r"^```nginx\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@contextmanager
def running_nginx(folder: Path, lines: str, gateway: str, name: str) -> Iterator[int]:
    """Its port. ``lines`` name the gateway's usual address, in whose place it finds ``gateway`` (``host:port``)."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if program is None:
        pytest.skip("no nginx is installed (apt-get install nginx-light)")
    assert DOCUMENTED_GATEWAY in lines
    port, configuration = free_port(), folder / "nginx.conf"
    filled = lines.replace(DOCUMENTED_GATEWAY, gateway)
    configuration.write_text(
        CONFIGURATION.format(folder=folder, address=LOOPBACK, port=port, name=name, lines=filled), encoding="utf-8"
    )
    process = Process([program, "-p", str(folder), "-c", str(configuration)], folder / "nginx.log")
    try:
        process.wait_ready(lambda: accepts(LOOPBACK, port))
        yield port
    finally:
        process.stop()
