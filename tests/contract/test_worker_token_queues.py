"""A token that names queues is for these alone, whatever its worker says or brings."""

from typing import Any

import msgspec
import pytest
import requests

from stackroom_jobs.protocol import CONTRACT_HEADER, CONTRACT_VERSION
from stackroom_jobs.worker.client import NotAdmittedError
from stackroom_kit.settings import Secret
from tests.support.workers.calls import SELF, WORKERS, Importer, beat, claimed, output_of
from tests.support.workers.registering import Foreign, described, version_of

CLAIM = {"worker": "w1", "operations": ["normalize_record"], "delivery": "d1", "token": "t1", "incarnation": SELF}
BEAT = msgspec.to_builtins(beat())

pytestmark = pytest.mark.usefixtures("look_at_once")


@pytest.fixture
def gpu(importer: Importer) -> Secret:
    """A token for one queue."""
    return importer.make_token("gpu1", "gpu")[1]


def posted(importer: Importer, secret: Secret, path: str, body: Any, **query: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {secret.reveal()}", CONTRACT_HEADER: str(CONTRACT_VERSION)}
    data = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return requests.post(f"{importer.url}/internal/{path}", data, headers=headers, params=query, timeout=10)


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("heartbeat", {**BEAT, "queues": ["gpu", "cpu", "io"]}, "cpu, io"),
        ("register", {**BEAT, "queues": ["cpu"], "described": []}, "cpu"),
        ("claim", {**CLAIM, "queue": "cpu"}, "cpu"),
        ("claim", {**CLAIM, "queue": "default"}, "default"),
    ],
)
def test_other_queues_are_refused_by_their_names(
    importer: Importer, gpu: Secret, path: str, body: dict[str, Any], named: str
) -> None:
    importer.post()
    answer = posted(importer, gpu, path, body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (403, "queue_not_allowed")
    assert problem["detail"] == f"The token 'gpu1' is not for the queues {named}."
    assert len(problem["errors"]) == len(named.split(", "))
    assert importer.client.get(WORKERS).get_json()["items"] == []


def test_worker_of_other_queues_hears_why_it_cannot_work(importer: Importer, gpu: Secret) -> None:
    with pytest.raises(NotAdmittedError, match="'gpu1' is not for the queues cpu"):
        importer.api(gpu).heartbeat(beat())


@pytest.mark.parametrize(
    ("path", "body"), [("heartbeat", {**BEAT, "queues": ["gpu"]}), ("claim", {**CLAIM, "queue": "gpu"})]
)
def test_named_queue_is_served(importer: Importer, gpu: Secret, path: str, body: dict[str, Any]) -> None:
    assert posted(importer, gpu, path, body).status_code in (200, 204)


def test_report_that_claims_from_another_queue_writes_nothing(importer: Importer, gpu: Secret) -> None:
    batch_id = importer.post()
    chunk = claimed(importer.worker(), "t1")
    following = {"worker": "w1", "queue": "cpu", "delivery": "d1", "operations": "x", "incarnation": SELF}
    query = {"token": "t1", "next_token": "t2", **following}
    assert posted(importer, gpu, "report", output_of(chunk), **query).status_code == 403
    assert importer.batch(batch_id)["outcomes"] == {"ok": 0, "failed": 0, "refused": 0, "cancelled": 0, "pending": 2}


def test_operation_of_another_queue_is_not_brought(importer: Importer) -> None:
    worker = Foreign(importer, token=importer.make_token("isbn1", "isbn")[1])
    refused = worker.register(described(), described("other", queues=["isbn", "gpu", "cpu"]))
    assert refused == {"other": "the worker's token is not for the queues gpu, cpu, which it runs on."}
    assert worker.served() == ["extract_isbn"]


def test_operation_that_runs_on_queues_of_others_is_not_replaced(importer: Importer, migrated: str) -> None:
    """Not by a higher version, nor while nobody serves it."""
    Foreign(importer, "first").register(described(queues=["isbn", "gpu"]))
    worker = Foreign(importer, "second", token=importer.make_token("isbn1", "isbn")[1])
    for _ in range(2):
        refused = worker.register(described(version=2))
        assert refused == {
            "extract_isbn": "the worker's token is not for the queues gpu, which the registered one runs on."
        }
        assert version_of(importer) == 1
        Foreign(importer, "first").call("goodbye", {"worker": "first", "incarnation": "a1"})
