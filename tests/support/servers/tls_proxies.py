"""nginx and Caddy with TLS, by the blocks of ``docs/security.md``; port and certificate are those of a test."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from deploy.local.ports import LOOPBACK, free_port
from tests.support.servers.nginx import answering, documented_lines, nginx, pointed, program
from tests.support.servers.processes import Process

NAME = "books.example"  # that of the documents
TlsProxy = Callable[[Path, str], AbstractContextManager[int]]


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Certificate and key; it is its own authority."""
    certificate, key = folder / "tls.pem", folder / "tls.key"
    subject = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-days", "2"]
    new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", *subject]
    subprocess.run([*new, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True, timeout=30)
    return certificate, key


@contextmanager
def tls_nginx(folder: Path, gateway: str) -> Iterator[int]:
    """Its port; the certificate is ``tls.pem`` in ``folder``."""
    certificate, key = make_certificate(folder)
    port, (lines,) = free_port(), documented_lines("security.md")
    given = {"443": f"{LOOPBACK}:{port}", "/etc/ssl/books.example.pem": certificate, "/etc/ssl/books.example.key": key}
    for documented, here in given.items():
        assert documented in lines
        lines = lines.replace(documented, str(here))
    with nginx(folder, pointed(lines, gateway), port):
        yield port


@contextmanager
def tls_caddy(folder: Path, gateway: str) -> Iterator[int]:
    """Its port; the certificate is ``tls.pem`` in ``folder``, where on a real host Caddy would get one."""
    certificate, key = make_certificate(folder)
    port, (lines,) = free_port(), documented_lines("security.md", "caddy")
    here = f"{NAME}:{port} {{\n    bind {LOOPBACK}\n    tls {certificate} {key}"
    site = pointed(lines, gateway).replace(f"{NAME} {{", here)
    storage = json.dumps(str(folder))
    options = f"{{\n    admin off\n    auto_https disable_redirects\n    storage file_system {storage}\n}}\n"
    configuration = folder / "Caddyfile"
    configuration.write_text(options + site, encoding="utf-8")
    command = [program("caddy", "caddy"), "run", "--adapter", "caddyfile", "--config", str(configuration)]
    with answering(Process(command, folder / "caddy.log", {"HOME": str(folder)}), port):
        yield port
