"""Two real and independent providers of sign-on, as processes on loopback: oidc-provider of npm, and Canaille."""

import contextlib
import dataclasses
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from deploy.local.ports import free_port
from tests.support.servers.processes import ROOT, Process
from tests.support.servers.services import is_ready
from tests.support.stacks.guarded import PASSWORD

DISCOVERY = "/.well-known/openid-configuration"
CANAILLE = ROOT / ".canaille/bin/python"
FOLDER = ROOT / "tests/support/sign_on/oidc_provider"
CLIENT_ID, CLIENT_SECRET = "stackroom", "secret-of-the-tests-" * 2
CALLBACK, BACK_CHANNEL = "/api/identity/oidc/callback", "/api/identity/oidc/back-channel-logout"
SIGNED_OUT = "/signed-out"
SCOPES = "openid profile email groups"
# What people are in, and so what they may do here.
GROUPS: Mapping[str, Sequence[str]] = {"vera": ["librarians"], "oleg": ["librarians", "it"], "guest": []}
ROLE_MAP = "librarians=editor,it=admin"


@dataclasses.dataclass
class Provider:
    """``start`` starts its process, and does so again after ``stop``, on the same port and with nothing of before."""

    name: str
    issuer: str
    start: Callable[[], None]
    stop: Callable[[], None]


def _client(public_url: str) -> dict[str, object]:
    """As RFC 7591 and the specifications of logout name it."""
    return {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "client_name": "Stackroom",
        "client_uri": public_url,  # of loopback, so that Canaille asks nobody for his consent
        "redirect_uris": [public_url + CALLBACK],
        "post_logout_redirect_uris": [public_url + SIGNED_OUT],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
        "scope": SCOPES,
    }


@contextlib.contextmanager
def running_oidc_provider(folder: Path, public_url: str) -> Iterator[Provider]:
    """It tells of a logout by the back channel."""
    if not (FOLDER / "node_modules/oidc-provider").is_dir() or shutil.which("node") is None:
        pytest.skip("oidc-provider is not installed: `make providers` does it where there is npm")
    back_channel = {"backchannel_logout_uri": public_url + BACK_CHANNEL, "backchannel_logout_session_required": True}
    command = ["node", str(FOLDER / "provider.mjs")]
    with _running("oidc-provider", command, folder, {**_client(public_url), **back_channel}) as provider:
        yield provider


@contextlib.contextmanager
def running_canaille(folder: Path, public_url: str) -> Iterator[Provider]:
    if not CANAILLE.exists():
        pytest.skip("Canaille is not installed: `make providers` does it")
    command = [str(CANAILLE), str(ROOT / "tests/support/sign_on/canaille_app.py")]
    with _running("canaille", command, folder, _client(public_url)) as provider:
        yield provider


@contextlib.contextmanager
def _running(name: str, command: list[str], folder: Path, client: Mapping[str, object]) -> Iterator[Provider]:
    port = free_port()
    issuer = f"http://localhost:{port}"  # another site than the gateway's 127.0.0.1, so that cookies are strict
    options = json.dumps({"issuer": issuer, "port": port, "client": client, "groups": GROUPS, "password": PASSWORD})
    processes: list[Process] = []

    def start() -> None:
        processes.append(Process(command, folder / f"{name}-{port}.log", {"PROVIDER_OPTIONS": options}))
        processes[-1].wait_ready(lambda: is_ready(issuer, DISCOVERY))

    def stop() -> None:
        processes.pop().stop()

    with contextlib.ExitStack() as ending:
        ending.callback(lambda: [process.stop() for process in processes])
        start()
        yield Provider(name, issuer, start, stop)
