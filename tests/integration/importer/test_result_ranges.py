"""Results from a byte on: a download that broke off goes on, and nothing else is ever part of an answer."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.importer.ledger import Ledger, failed_batch

BATCHES = "/api/importer/batches"
Get = Callable[..., TestResponse]


@pytest.fixture
def get(client: FlaskClient, ledger: Ledger) -> Get:
    """The results of a finished batch, in which some rows failed."""
    address = f"{BATCHES}/{failed_batch(ledger)}/results"
    return lambda query="", method="GET", **headers: client.open(
        address + query, method=method, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.mark.parametrize("query", ["", "?outcome=failed", "?outcome=cancelled", "?outcome=not_ok"])
def test_rest_of_the_results_is_the_same_bytes(get: Get, query: str) -> None:
    whole = get(query)
    size, etag = len(whole.data), whole.headers["ETag"]
    assert (whole.status_code, whole.headers["Accept-Ranges"]) == (200, "bytes")
    assert etag.startswith('"')
    for start in {0, 1, size // 2, size - 1}:
        rest = get(query, Range=f"bytes={start}-", If_Range=etag)
        assert (rest.status_code, rest.data) == (206, whole.data[start:])
        assert rest.headers["Content-Range"] == f"bytes {start}-{size - 1}/{size}"
        assert (rest.headers["ETag"], rest.content_length) == (etag, size - start)


def test_results_of_one_outcome_are_not_those_of_another(get: Get) -> None:
    assert len({get(query).headers["ETag"] for query in ("", "?outcome=failed", "?outcome=ok")}) == 3


@pytest.mark.parametrize("behind", [0, 1, 10**17, 10**18])
def test_beginning_behind_the_end_is_416_with_the_size(get: Get, behind: int) -> None:
    size = len(get().data)
    answer = get(Range=f"bytes={size + behind}-")
    assert (answer.status_code, answer.get_json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["Content-Range"] == f"bytes */{size}"


@pytest.mark.parametrize(
    "headers",
    [
        {"If_Range": '"another"'},
        {"If_Range": "Wed, 21 Oct 2026 07:28:00 GMT"},
        {"Range": "bytes=5-9"},
        {"Range": "bytes=-5"},
        {"Range": "bytes=5-,7-"},
        {"Range": "lines=5-"},
        {"Range": "bytes=٥-"},
        {"Range": "bytes=x-"},
    ],
)
def test_every_other_range_is_the_whole(get: Get, headers: dict[str, str]) -> None:
    answer = get(**{"Range": "bytes=5-", **headers})
    assert (answer.status_code, answer.data) == (200, get().data)
    assert "Content-Range" not in answer.headers


def test_weak_etag_is_no_promise_of_the_same_bytes(get: Get) -> None:
    assert get(Range="bytes=5-", If_Range=f"W/{get().headers['ETag']}").status_code == 200


def test_head_and_csv_have_no_ranges(get: Get) -> None:
    assert get(method="HEAD", Range="bytes=5-").status_code == 200
    answer = get("?format=csv", Range="bytes=5-")
    assert (answer.status_code, answer.data) == (200, get("?format=csv").data)
    assert "ETag" not in answer.headers


def test_batch_that_is_not_finished_is_whole_and_has_no_etag(client: FlaskClient) -> None:
    records = [{"id": 1, "payload": "x"}, {"payload": "no id"}]
    address = client.post(BATCHES, json={"records": records}).get_json()["results_url"]
    answer = client.get(address, headers={"Range": "bytes=5-"})
    assert (answer.status_code, answer.data.count(b"\n")) == (200, 1)
    assert {"ETag", "Accept-Ranges", "Content-Range"}.isdisjoint(answer.headers.keys())
