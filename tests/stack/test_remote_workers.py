"""A worker in a compose project of its own, which knows the stack by two TLS addresses, a token and a certificate."""

from collections.abc import Iterator

import pytest

from tests.support.stacks.compose import Compose, remote_worker
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def remote(published: dict[str, str]) -> Iterator[Compose]:
    with remote_worker(published) as worker:
        yield worker


def test_worker_of_another_host_does_the_work_over_tls(stack: Compose, remote: Compose) -> None:
    def live() -> list[str]:
        workers = stack.call("GET", "/api/importer/workers").json()["items"]
        return [worker["host"] for worker in workers if worker["alive"] and "cpu" in worker["queues"]]

    container = remote.containers()["worker-cpu"]["Config"]["Hostname"]
    wait_until(lambda: live() == [container], 60, "the remote worker alone")
    batch_id = stack.post_rows(20_000, "remote")
    assert stack.wait_finished(batch_id)["outcomes"]["ok"] == 20_000
    assert stack.rows_of(batch_id) == list(range(1, 20_001))


def test_plain_task_of_a_worker_of_another_host_tells_its_end(stack: Compose, remote: Compose) -> None:
    """Every image has a task that may be called so; its result comes back over TLS."""
    code = (
        "from importer.app import create_app; from importer.plain_tasks import PlainTask\n"
        "with create_app().test_request_context():\n"
        "    task = PlainTask('app.tasks.importer.normalize_record', 'cpu')\n"
        "    print(task.apply_async(args=[{'id': 1, 'payload': ' A '}]).id)"
    )
    path = f"/api/importer/status/{stack.inside('importer', 'python', '-c', code)}"
    wait_until(lambda: stack.call("GET", path).json()["state"] == "SUCCESS", 30, "the end of the task")
    assert stack.call("GET", path).json()["result"]["normalized_payload"] == "a"


def test_worker_that_does_not_know_the_authority_refuses_to_talk(remote: Compose) -> None:
    code = (
        "import os, urllib.request as u; token = open('/run/secrets/worker_token').read().strip();"
        "url = os.environ['WORKER_API_URL'] + '/internal/token';"
        "u.urlopen(u.Request(url, headers={'Authorization': f'Bearer {token}'}))"
    )
    assert remote.inside("worker-cpu", "python", "-c", code) == ""
    with pytest.raises(AssertionError, match="CERTIFICATE_VERIFY_FAILED"):
        remote.inside("worker-cpu", "env", "-u", "SSL_CERT_FILE", "python", "-c", code)
