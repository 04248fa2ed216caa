"""A worker in a compose project of its own, which knows the stack by two TLS addresses, a token and a certificate."""

from collections.abc import Iterator

import pytest

from deploy.compose_secrets import FOLDER
from deploy.compose_tls import make_authority, make_certificate
from deploy.local.ports import free_port
from tests.support.compose import Compose
from tests.support.waiting import wait_until

NAME = "stack.test"
FILES = ("compose.yaml", "deploy/compose.remote-workers.yaml")


@pytest.fixture
def remote(stack: Compose) -> Iterator[Compose]:
    """The stack published with TLS and without CPU workers of its own, and one worker outside."""
    make_authority()
    make_certificate([NAME])
    address, redis_port, api_port = stack.host_address(), free_port(), free_port()
    password = (FOLDER / "redis_password_worker").read_text()
    url = FOLDER / "broker_url_remote"
    url.unlink(missing_ok=True)
    url.write_text(f"rediss://worker:{password}@{NAME}:{redis_port}/0?ssl_ca_certs=/run/secrets/tls_ca")
    published = {
        "UI_PORT": str(stack.port),
        "REMOTE_ADDRESS": address,
        "REMOTE_REDIS_PORT": str(redis_port),
        "REMOTE_API_PORT": str(api_port),
    }
    outside = {"WORKER_API_URL": f"https://{NAME}:{api_port}", "STACK_HOST": NAME, "STACK_ADDRESS": address}
    inside = Compose(FILES, env=published)
    worker = Compose(["deploy/compose.worker.yaml"], "stackroom-test-remote", outside)
    worker.down()  # what an interrupted run left
    inside.up("--scale", "worker-cpu=0")
    try:
        worker("up", "--wait", "--wait-timeout", "60", "worker-cpu")
        yield worker
    finally:
        worker.down()
        stack.up("--remove-orphans")


def test_worker_of_another_host_does_the_work_over_tls(stack: Compose, remote: Compose) -> None:
    def live() -> list[str]:
        workers = stack.call("GET", "/api/importer/workers").json()["items"]
        return [worker["host"] for worker in workers if worker["alive"] and "cpu" in worker["queues"]]

    container = remote.containers()["worker-cpu"]["Config"]["Hostname"]
    wait_until(lambda: live() == [container], 60, "the remote worker alone")
    batch_id = stack.post_rows(20_000, "remote")
    assert stack.wait_finished(batch_id)["outcomes"]["ok"] == 20_000
    assert stack.rows_of(batch_id) == list(range(1, 20_001))


def test_worker_that_does_not_know_the_authority_refuses_to_talk(remote: Compose) -> None:
    code = "import ssl, urllib.request as u, os; u.urlopen(os.environ['WORKER_API_URL'] + '/health')"
    assert remote.inside("worker-cpu", "python", "-c", code) == ""
    with pytest.raises(AssertionError, match="CERTIFICATE_VERIFY_FAILED"):
        remote.inside("worker-cpu", "env", "-u", "SSL_CERT_FILE", "python", "-c", code)
