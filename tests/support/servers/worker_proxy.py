"""nginx as it stands before the worker API for other hosts, without TLS and the half that counts connections."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.ports import LOOPBACK, free_port
from tests.support.servers.nginx import nginx
from tests.support.servers.processes import ROOT

PROXY = ROOT / "deploy" / "proxy"
OUR_MAPS = re.compile(
    r"^    map \S+ \$(?:token|upstream|passed_request_id) \{(?:[^\n]*\}\n|.*?\n    \}\n)", re.MULTILINE | re.DOTALL
)


@contextmanager
def running_worker_proxy(folder: Path, worker_api: str, token: str) -> Iterator[str]:
    """Its address. ``worker_api`` is that of the service behind, ``token`` one of the setting."""
    (folder / "tokens.map").write_text(f'"Bearer {token}" known;\n', encoding="ascii")
    maps = "".join(OUR_MAPS.findall(_file("nginx.conf.template")))
    port = free_port()
    server = f"server {{ listen {LOOPBACK}:{port}; {_file('worker-api.conf')} }}"
    lines = f"{maps}{_file('worker-api.guesses.conf')}{server}"
    filled = lines.replace("/run/proxy", str(folder)).replace("http://$UPSTREAM", worker_api)
    with nginx(folder, filled, port):
        yield f"http://{LOOPBACK}:{port}"


def _file(name: str) -> str:
    return (PROXY / name).read_text(encoding="utf-8")
