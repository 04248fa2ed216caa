"""A real nginx or Caddy on loopback, with the lines that the documents tell people to write."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local.ports import LOOPBACK, accepts, free_port
from tests.support.servers.processes import ROOT, Process

DOCUMENTED_GATEWAY = f"{LOOPBACK}:5000"
PLACES = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin"
CONFIGURATION = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {server}
}}
"""
OF_LOCATION = "server {{ listen {address}:{port}; server_name {name}; {lines} }}"


def documented_lines(document: str = "operations.md", language: str = "nginx") -> list[str]:
    """The blocks of a document, in their order."""
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def program(name: str, package: str) -> str:
    """Its path; the test is skipped where it is not installed."""
    found = shutil.which(name, path=PLACES)
    if found is None:
        pytest.skip(f"no {name} is installed (apt-get install {package})")
    return found


@contextmanager
def running_nginx(folder: Path, lines: str, gateway: str, name: str) -> Iterator[int]:
    """Its port. ``lines`` name the gateway's usual address, in whose place it finds ``gateway`` (``host:port``)."""
    port = free_port()
    server = OF_LOCATION.format(address=LOOPBACK, port=port, name=name, lines=pointed(lines, gateway))
    with nginx(folder, server, port):
        yield port


def pointed(lines: str, gateway: str) -> str:
    assert DOCUMENTED_GATEWAY in lines
    return lines.replace(DOCUMENTED_GATEWAY, gateway)


@contextmanager
def nginx(folder: Path, server: str, port: int) -> Iterator[None]:
    """With this block, which listens on ``port``."""
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, server=server), encoding="utf-8")
    command = [program("nginx", "nginx-light"), "-p", str(folder), "-c", str(configuration)]
    with answering(Process(command, folder / "nginx.log"), port):
        yield


@contextmanager
def answering(process: Process, port: int) -> Iterator[None]:
    try:
        process.wait_ready(lambda: accepts(LOOPBACK, port))
        yield
    finally:
        process.stop()
