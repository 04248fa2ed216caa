"""A second door to a guarded stack: a gateway and an identity whose people come from a provider of sign-on."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

from deploy.local.ports import LOOPBACK, free_port
from tests.support.gateway.process import running_gateway
from tests.support.identity.settings import CHEAP_APP
from tests.support.servers.processes import Process
from tests.support.servers.services import running_service
from tests.support.sign_on.providers import CLIENT_ID, CLIENT_SECRET, ROLE_MAP, SCOPES, Provider
from tests.support.stacks.guarded import GuardedStack

BUTTON = "Library account"
Running = Callable[[Path, str], contextlib.AbstractContextManager[Provider]]


@dataclasses.dataclass(frozen=True)
class SignOn:
    """``url`` is the gateway's; ``identity`` is the process that speaks to the provider."""

    url: str
    provider: Provider
    identity: Process


@contextlib.contextmanager
def running_sign_on(stack: GuardedStack, folder: Path, run_provider: Running) -> Iterator[SignOn]:
    """On the tables and the services of ``stack``. Of its users with a password only administrators may use that."""
    port = free_port()
    public_url = f"http://{LOOPBACK}:{port}"
    with contextlib.ExitStack() as running:
        provider = running.enter_context(run_provider(folder, public_url))
        sign_on = {
            "OIDC_ISSUER": provider.issuer,
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "OIDC_SCOPES": SCOPES,
            "OIDC_ROLE_MAP": ROLE_MAP,
            "OIDC_BUTTON": BUTTON,
            "PASSWORD_LOGIN": "break_glass",
            "PUBLIC_URL": public_url,
        }
        settings = {**stack.who, "SQLALCHEMY_DATABASE_URI": stack.database_uri, **sign_on}
        identity, process = running.enter_context(running_service(CHEAP_APP, folder, settings))
        own = {**stack.who, "IDENTITY_URL": identity}
        running.enter_context(running_gateway(folder, stack.catalog, stack.importer, own, port))
        yield SignOn(public_url, provider, process)
