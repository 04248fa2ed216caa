"""Where the kit's files lie, and what an operator must have put there."""

from __future__ import annotations  # a GPU host may have an older Python than the stack

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from gpu_host import HostError

DEPLOY = Path(__file__).resolve().parents[2]
# Name in deploy/secrets, as deploy/compose.worker.yaml mounts it, and the variable that may bring it instead.
SECRETS = {"broker_url_remote": "CELERY_BROKER_URL", "worker_token": "WORKER_TOKEN", "tls_ca": "TLS_CA"}
_ADDRESS = re.compile(r"https?://[^/@\s]+/?")


class HostFiles:
    """``folder`` is deploy/ of the repository, or a copy of it on a GPU host."""

    def __init__(self, folder: Path = DEPLOY) -> None:
        self.worker_file = folder / "compose.worker.yaml"
        self.secrets = folder / "secrets"
        self.generated = folder / "gpu-host" / "generated" / "compose.json"

    def check(self, environ: Mapping[str, str], needs_tls: bool) -> None:
        """HostError for the first thing that is missing or wrong; no secret stands in it."""
        self._keep(environ)
        for name, variable in SECRETS.items():
            if not self._read(name):
                raise HostError(
                    f"{self.secrets / name} is missing or empty: copy it from the stack's host or set {variable}"
                )
        address = environ.get("WORKER_API_URL", "")
        if not _ADDRESS.fullmatch(address):
            raise HostError("WORKER_API_URL must be the worker API's address: https://<stack's host>:5443")
        if needs_tls:
            self._check_tls(address)

    def _check_tls(self, address: str) -> None:
        if not address.startswith("https://"):
            raise HostError(
                "WORKER_API_URL has no TLS; --without-tls accepts that for a network that nobody else is in"
            )
        broker = urlsplit(self._read("broker_url_remote"))
        if broker.scheme != "rediss":
            raise HostError(
                "the broker's URL has no TLS (rediss://); --without-tls accepts that for a network of your own"
            )
        if parse_qs(broker.query).get("ssl_cert_reqs", ["required"]) != ["required"]:
            raise HostError("the broker's URL switches the check of its certificate off: take ssl_cert_reqs out of it")

    def _keep(self, environ: Mapping[str, str]) -> None:
        """What came by the environment becomes a file, as no container shall show a secret in its settings.

        The folder is closed to others; the files are read by whoever the container runs as.
        """
        for name, variable in SECRETS.items():
            if environ.get(variable):
                self.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
                path = self.secrets / name
                written = path.with_name(f"{name}.new")
                written.write_text(environ[variable], encoding="utf-8")
                written.chmod(0o444)
                written.replace(path)

    def _read(self, name: str) -> str:
        try:
            return (self.secrets / name).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise HostError(f"{self.secrets / name} cannot be read: {type(error).__name__}") from None

    def secret_files(self) -> dict[str, dict[str, str]]:
        """The secrets as compose names them."""
        return {name: {"file": str(self.secrets / name)} for name in SECRETS}
