"""The containers, started once for all tests of this folder."""

from collections.abc import Iterator

import pytest

from deploy.compose_secrets import FOLDER
from deploy.compose_secrets import main as make_secrets
from deploy.compose_tls import make_authority, make_certificate
from deploy.local.ports import free_port
from tests.support.stacks.compose import Compose, engine_answers

NAME = "stack.test"
PUBLISHED_FILES = ("compose.yaml", "deploy/compose.remote-workers.yaml", "deploy/compose.tls.yaml")


@pytest.fixture(scope="session")
def stack() -> Iterator[Compose]:
    if not engine_answers():
        pytest.fail("these tests need a Docker engine with Compose, and none answers")
    make_secrets()
    compose = Compose()
    compose.down()  # what an interrupted run left, volumes with another password among it
    try:
        compose.up()
        yield compose
    finally:
        compose.down()


@pytest.fixture(scope="module")
def published(stack: Compose) -> Iterator[dict[str, str]]:
    """The stack published with TLS and without workers; where another compose project finds it."""
    make_authority()
    make_certificate([NAME])
    address, redis_port, api_port, https_port = stack.host_address(), free_port(), free_port(), free_port()
    password = (FOLDER / "redis_password_worker").read_text()
    url = FOLDER / "broker_url_remote"
    url.unlink(missing_ok=True)
    url.write_text(f"rediss://worker:{password}@{NAME}:{redis_port}/0?ssl_ca_certs=/run/secrets/tls_ca")
    # Nobody signs in: what these tests are about is before that.
    ports = {
        "AUTH": "off",
        "REMOTE_REDIS_PORT": str(redis_port),
        "REMOTE_API_PORT": str(api_port),
        "TLS_PORT": str(https_port),
    }
    where = {"UI_PORT": str(stack.port), "REMOTE_ADDRESS": address, "TLS_ADDRESS": address, "TRUSTED_HOSTS": NAME}
    inside = Compose(PUBLISHED_FILES, env={**where, **ports})
    inside.up("--scale", "worker-cpu=0", "--scale", "worker-gpu=0")
    try:
        yield {
            "WORKER_API_URL": f"https://{NAME}:{api_port}",
            "GATEWAY_URL": f"https://{NAME}:{https_port}",
            "REDIS_URL": f"rediss://{NAME}:{redis_port}",
            "STACK_HOST": NAME,
            "STACK_ADDRESS": address,
        }
    finally:
        stack.up("--remove-orphans")
