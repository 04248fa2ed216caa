"""nginx in front of one service: what a gateway that does nothing else costs."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local.ports import LOOPBACK, free_port
from tests.support.servers.processes import Process
from tests.support.servers.services import is_ready

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream service {{ server {service}; keepalive 32; }}
    server {{
        listen {address};
        location / {{
            proxy_pass http://service;
            proxy_set_header Host $http_host;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }}
    }}
}}
"""


@contextlib.contextmanager
def running_nginx(folder: Path, service: str) -> Iterator[str | None]:
    """Its address, with as many processes as our gateway has there (one); None where nginx is not installed."""
    program = shutil.which("nginx")
    if program is None:
        yield None
        return
    address = f"{LOOPBACK}:{free_port()}"
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, service=urlsplit(service).netloc, address=address))
    process = Process([program, "-c", str(configuration), "-e", str(folder / "nginx-error.log")], folder / "nginx.log")
    try:
        process.wait_ready(lambda: is_ready(f"http://{address}"))
        yield f"http://{address}"
    finally:
        process.stop()
