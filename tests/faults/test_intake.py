"""Large intakes at once, good and bad ones: what is within the limits is accepted, and nobody else waits for it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.local.ports import LOOPBACK, free_port
from tests.support.gateway.process import running_gateway
from tests.support.gateway.raw_http import RawConnection, request_bytes
from tests.support.latency import latency_of
from tests.support.servers.services import running_service

BATCHES = "/api/importer/batches"
ROWS = 400_000
GOOD = b"id,name\n" + b"".join(b"%d,a\n" % row for row in range(ROWS))
HEADERS = {"Content-Type": "text/csv"}
SLOW_ANSWER = 0.3  # seconds, the 99th percentile that everybody else may see


@pytest.fixture
def gateway(migrated: str, redis_url: str, tmp_path: Path) -> Iterator[str]:
    """A service may be silent for two seconds only, which is shorter than three good bodies take."""
    nowhere = f"http://{LOOPBACK}:{free_port()}"
    two = {"WEB_PROCESSES": "2"}
    own = {"SQLALCHEMY_DATABASE_URI": migrated, "CELERY_BROKER_URL": redis_url, "MAX_REFUSED_ROWS": "20000", **two}
    with (
        running_service("importer.wsgi:app", tmp_path, own, ready_path="/health") as (importer, _),
        running_gateway(tmp_path, nowhere, importer, {"UPSTREAM_READ_SECONDS": "2", **two}) as (url, _),
    ):
        yield url


def post(url: str, body: bytes, **headers: str) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    address = f"{url}{BATCHES}?operation=load_groups"
    return requests.post(address, data=body, headers={**HEADERS, **named}, timeout=120)


def batches(url: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = requests.get(f"{url}{BATCHES}", timeout=10).json()["items"]
    return items


def test_three_large_loads_at_once_are_all_accepted_and_keep_nobody_waiting(gateway: str) -> None:
    with ThreadPoolExecutor(3) as pool, latency_of(lambda: batches(gateway)) as latency:
        answers = list(pool.map(lambda _: post(gateway, GOOD), range(3)))
    assert [(answer.status_code, answer.json().get("rows")) for answer in answers] == [(202, ROWS)] * 3
    assert latency.percentile(99) < SLOW_ANSWER


def test_bodies_of_wrong_rows_are_refused_soon_and_leave_nothing(gateway: str) -> None:
    with ThreadPoolExecutor(4) as pool, latency_of(lambda: batches(gateway)) as latency:
        wrong = b"{}\n" * 150_000
        answers = list(pool.map(lambda _: post(gateway, wrong, Content_Type="application/x-ndjson"), range(4)))
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(422, "too_many_refused")] * 4
    assert batches(gateway) == []
    assert latency.percentile(99) < SLOW_ANSWER


def test_client_whose_connection_broke_finds_its_batch_under_its_key(gateway: str) -> None:
    for _ in range(3):
        with RawConnection(gateway) as connection:
            headers = {**HEADERS, "Idempotency-Key": "k"}
            connection.send(request_bytes(connection.netloc, "POST", f"{BATCHES}?operation=load_groups", headers, GOOD))
    answer = post(gateway, GOOD, Idempotency_Key="k")
    assert (answer.status_code, answer.json()["rows"]) == (202, ROWS)
    assert [batch["id"] for batch in batches(gateway)] == [answer.json()["id"]]
