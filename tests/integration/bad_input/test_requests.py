"""Requests that are wrong before any service reads them, through the gateway: frames, targets, headers, foreign sites.

Numbers are those of the table of bad input in the reliability research. No row may reach SQL or show a trace, and
the gateway and the services must answer as if nothing had happened afterwards.
"""

import json
import random
from collections.abc import Iterator

import pytest

from tests.support.gateway.raw_http import RawConnection, exchange, exchange_bytes
from tests.support.gateway.refused import assert_refused
from tests.support.stacks.eager import BATCHES, EagerStack

JSON = {"Content-Type": "application/json"}
INGEST = "/api/importer/ingest"
GOOD = json.dumps({"records": [{"id": 1, "payload": " A "}]}).encode()


@pytest.fixture
def gateway(stack: EagerStack) -> Iterator[str]:
    """After each row a good request is answered as ever."""
    yield stack.url
    assert exchange(stack.url, "POST", INGEST, JSON, GOOD).json()["imported"] == 1


def head(line: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([line, b"Host: {host}", *headers, b"", b""])


POST = b"POST /api/importer/ingest HTTP/1.1"
LIST = b"GET /api/importer/batches HTTP/1.1"
TYPE = b"Content-Type: application/json"

FRAMING = [
    pytest.param(head(POST, TYPE, b"Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\r\n", (411,), id="2-chunked"),
    pytest.param(head(POST, TYPE), (411,), id="2-no-length"),
    pytest.param(head(POST), (415,), id="2-no-body-at-all"),
    pytest.param(head(POST, TYPE, b"Transfer-Encoding: chunked"), (411,), id="3-chunked-that-never-ends"),
    pytest.param(head(POST, b"Content-Length: 4", b"Transfer-Encoding: chunked") + b"0\r\n\r\n", (400,), id="6-both"),
    pytest.param(head(POST, b"Content-Length: 2", b"Content-Length: 3") + b"{} ", (400,), id="7-two-lengths"),
    pytest.param(head(POST, b"Content-Length: +2") + b"{}", (400,), id="7-plus"),
    pytest.param(head(POST, b"Content-Length: -1") + b"{}", (400,), id="7-negative"),
    pytest.param(head(POST, b"Content-Length: 2, 2") + b"{}", (400,), id="7-list"),
    pytest.param(head(POST, b"Content-Length: " + b"9" * 30), (400, 413), id="7-huge"),
    pytest.param(head(POST, b"Transfer-Encoding: xchunked") + b"0\r\n\r\n", (400, 501), id="8-xchunked"),
    pytest.param(head(POST, b"Transfer-Encoding : chunked") + b"0\r\n\r\n", (400,), id="8-space-before-colon"),
    pytest.param(head(LIST, b"X-A: b", b" c"), (400,), id="8-folded"),
    pytest.param(b"GET /api/importer/batches HTTP/1.1\nHost: {host}\n\n\r\n\r\n", (400,), id="8-bare-lf"),
    pytest.param(head(LIST, b"X-A: b\0c"), (400,), id="8-nul-in-header"),
    pytest.param(LIST + b"\r\n\r\n", (400,), id="9-no-host"),
    pytest.param(LIST + b"\r\nHost: \r\n\r\n", (400,), id="9-empty-host"),
    pytest.param(LIST + b"\r\nHost: evil.example\r\n\r\n", (421,), id="9-unknown-host"),
    pytest.param(LIST + b"\r\nHost: 169.254.169.254\r\n\r\n", (421,), id="9-foreign-address"),
    pytest.param(head(LIST, b"Host: evil.example"), (400,), id="10-two-hosts"),
    pytest.param(head(b"GET http://evil.example/api/importer/batches HTTP/1.1"), (400,), id="12-absolute-form"),
    pytest.param(head(b"GET http://{host}/api/importer/batches HTTP/1.1"), (400,), id="12-absolute-form-own"),
    pytest.param(head(b"CONNECT evil.example:443 HTTP/1.1"), (400, 405), id="12-connect"),
    pytest.param(head(b"GET /api/importer/batches?q=" + b"a" * 5000 + b" HTTP/1.1"), (414,), id="13-long-uri"),
    pytest.param(head(LIST, *[b"X-%d: a" % n for n in range(150)]), (431,), id="13-many-headers"),
    pytest.param(head(LIST, b"X-A: " + b"a" * 9000), (431,), id="13-long-header"),
    pytest.param(head(b"get /api/importer/batches HTTP/1.1"), (405,), id="14-lower-case-method"),
    pytest.param(head(b"TRACE /api/importer/batches HTTP/1.1"), (405,), id="14-trace"),
    pytest.param(head(b"BREW /api/importer/batches HTTP/1.1"), (405,), id="14-unknown-method"),
    pytest.param(head(b"PATCH / HTTP/1.1", b"Content-Length: 0"), (405,), id="14-wrong-method-of-a-page"),
    pytest.param(b"\x16\x03\x01\x02\x00\x01\r\n\r\n", (400,), id="no-http-at-all"),
    pytest.param(head(b"GET /api/importer/batches HTTP/9.9"), (400,), id="unknown-version"),
]


@pytest.mark.parametrize(("sent", "statuses"), FRAMING)
def test_gateway_refuses_a_request_that_is_framed_wrong(gateway: str, sent: bytes, statuses: tuple[int, ...]) -> None:
    answer = exchange_bytes(gateway, sent)
    assert_refused(answer, statuses)
    if answer and answer.status == 405:
        assert "GET" in answer.headers["allow"]


PATHS = [
    pytest.param("/%00", (400,), id="15-nul"),
    pytest.param("/api/importer/batches/%00", (404,), id="15-nul-in-segment"),
    pytest.param("/api/importer/batches?after=%00", (400,), id="15-nul-in-query"),
    pytest.param("/api/importer/batches/..%2f..%2fetc", (404,), id="16-encoded-slashes"),
    pytest.param("/api/importer/../../internal/claim", (404,), id="16-dots"),
    pytest.param("/api/importer/batches/../../../internal/claim", (404,), id="16-more-dots"),
    pytest.param("/api/importer/%2e%2e/internal/claim", (404,), id="16-encoded-dots"),
    pytest.param("/api/importer/batches/%252e%252e", (404,), id="16-twice-encoded"),
    pytest.param("/api/importer/batches/..\\internal", (404,), id="16-backslash"),
    pytest.param("/internal/claim", (404,), id="48-worker-api"),
    pytest.param("//internal/claim", (400, 404), id="48-two-slashes"),
    pytest.param("/health/../internal/claim", (404,), id="48-behind-a-page"),
    pytest.param("@evil.example/x", (400,), id="17-at-host"),
    pytest.param("/@evil.example/x", (404,), id="17-at-host-in-path"),
    pytest.param("/api/importer/batches@evil.example/x", (404,), id="17-at-host-behind-route"),
    pytest.param("/api/importer/batches/%ff", (404,), id="18-invalid-utf8"),
    pytest.param("/api/importer/batches?source=%ff", (400,), id="18-invalid-utf8-in-query"),
    pytest.param("/api/importer/batches/%zz", (404,), id="18-invalid-percent"),
    pytest.param("/api/importer/batches?limit=%", (400,), id="18-invalid-percent-in-query"),
    pytest.param("/api/importer/status/" + "9" * 80, (404,), id="27-huge-task-id"),
    pytest.param("/api/importer/batches?limit=-1", (400,), id="28-negative"),
    pytest.param("/api/importer/batches?limit=0", (400,), id="28-zero"),
    pytest.param("/api/importer/batches?limit=9223372036854775808", (400,), id="29-huge"),
    pytest.param("/api/importer/batches?limit=" + "9" * 3900, (400,), id="29-digits"),
    pytest.param("/api/importer/batches?limit=%EF%BC%91%EF%BC%92", (400,), id="30-full-width"),
    pytest.param("/api/importer/batches?limit=1_0", (400,), id="30-underscore"),
    pytest.param("/api/importer/batches?limit=1&limit=2", (400,), id="30-twice"),
    pytest.param("/api/importer/batches?offset=999999999", (400,), id="31-offset"),
    pytest.param("/api/importer/batches?limit=201", (400,), id="29-more-than-the-most"),
    pytest.param("/api/importer/batches?limit=x", (400,), id="30-no-number"),
    pytest.param("/api/importer/batches?after=bogus", (400,), id="31-bad-cursor"),
    pytest.param("/api/importer/batches?after=!!", (400,), id="31-no-base64"),
    pytest.param("/api/importer/batches?after=AAAA", (400,), id="31-cursor-of-nothing"),
    pytest.param("/api/groups/%00", (404,), id="15-nul-in-id"),
    pytest.param("/api/groups/?q=%00", (400,), id="15-nul-in-search"),
    pytest.param("/api/groups/..%2f..%2finternal", (404,), id="16-encoded-slashes-behind-a-list"),
    pytest.param("/api/groups/../internal/applied/x", (404,), id="16-dots-behind-a-list"),
    pytest.param("/internal/applied/x/close", (404,), id="16-internal"),
    pytest.param("/api/groups/@evil.example", (404,), id="17-at-host-as-id"),
    pytest.param("/api/groups/%ff", (404,), id="18-invalid-utf8-in-id"),
    pytest.param("/api/groups/2147483648", (404,), id="27-beyond-int32"),
    pytest.param("/api/groups/9223372036854775808", (404,), id="27-beyond-int64"),
    pytest.param("/api/groups/" + "9" * 31, (404,), id="27-huge-id"),
    pytest.param("/api/groups/%EF%BC%91", (404,), id="27-full-width"),
    pytest.param("/api/groups/?limit=-1", (400,), id="28-negative-of-a-list"),
    pytest.param("/api/groups/?limit=9223372036854775808", (400,), id="29-huge-of-a-list"),
    pytest.param("/api/groups/?limit=" + "9" * 3900, (400,), id="29-digits-of-a-list"),
    pytest.param("/api/groups/?limit=%EF%BC%91%EF%BC%92", (400,), id="30-full-width-of-a-list"),
    pytest.param("/api/groups/?limit=1_0", (400,), id="30-underscore-of-a-list"),
    pytest.param("/api/groups/?limit=5&after=bogus", (400,), id="31-bad-cursor-of-a-list"),
    pytest.param("/api/groups/?sort=id;drop", (400,), id="41-sort"),
]


@pytest.mark.parametrize(("target", "statuses"), PATHS)
def test_gateway_refuses_a_bad_target(gateway: str, target: str, statuses: tuple[int, ...]) -> None:
    assert_refused(exchange(gateway, "GET", target), statuses)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_gateway_routes_no_write_to_the_worker_api(gateway: str, method: str) -> None:
    headers = {**JSON, "Authorization": "Bearer x"}
    assert_refused(exchange(gateway, method, "/internal/claim", headers, b"{}"), 404)


@pytest.mark.parametrize("content_length", [1000, 900_000])
def test_gateway_stores_nothing_of_a_body_that_is_cut_short(gateway: str, content_length: int) -> None:
    before = exchange(gateway, "GET", BATCHES).json()
    with RawConnection(gateway) as connection:
        lines = head(b"POST /api/importer/batches HTTP/1.1", TYPE, b"Content-Length: %d" % content_length)
        connection.send(lines.replace(b"{host}", connection.netloc.encode()) + GOOD)
        connection.end_sending()
        answer = connection.answer()
    assert_refused(answer, 400, "incomplete_body")
    assert exchange(gateway, "GET", BATCHES).json() == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_gateway_refuses_a_cross_site_write(gateway: str, headers: dict[str, str]) -> None:
    assert_refused(exchange(gateway, "POST", INGEST, {**JSON, **headers}, GOOD), 403)


@pytest.mark.parametrize(
    "name", ["SCRIPT_NAME", "PATH_INFO", "X_Forwarded_User", "X-Forwarded-Proto", "X-Original-URL"]
)
def test_gateway_takes_no_word_of_a_client_about_its_own_place(gateway: str, name: str) -> None:
    answer = exchange(gateway, "GET", "/api/importer/batches", {name: "/internal/claim"})
    assert (answer.status, sorted(answer.json())) == (200, ["items", "next"])
    assert exchange(gateway, "GET", "/", {name: "/internal/claim"}).status == 200


def test_gateway_survives_random_bytes(gateway: str) -> None:
    chance = random.Random(5)
    for _ in range(50):
        answer = exchange_bytes(gateway, chance.randbytes(200).replace(b"\r\n", b"") + b"\r\n\r\n")
        if answer is not None:
            assert_refused(answer, (400, 405))
