"""Every port that `make up` opens, as a page of another site reaches it through the browser that shows it."""

import pytest

from tests.support.gateway.guarded import HOSTILE_HOSTS, HOSTILE_SITES
from tests.support.gateway.raw_http import RawAnswer, RawConnection, request_bytes
from tests.support.stacks.local import ADDRESSES, LocalStack

GROUP = b'{"id": 666, "name": "evil"}'
JSON = {"Content-Type": "application/json"}
# A write of each port, in its address's setting.
WRITES = {
    "CATALOG_URL": ("POST", "/api/groups/"),
    "IMPORTER_URL": ("POST", "/api/importer/batches"),
    "WORKER_API_URL": ("POST", "/internal/heartbeat"),
    "MEDIA_URL": ("DELETE", "/api/importer/batches/none"),
    "UI_PORT": ("POST", "/api/groups/"),
}


def address(stack: LocalStack, setting: str) -> str:
    return stack.url if setting == "UI_PORT" else stack.env[setting]


def answered(url: str, method: str, target: str, headers: dict[str, str], body: bytes | None = None) -> RawAnswer:
    with RawConnection(url) as connection:
        connection.send(request_bytes(connection.netloc, method, target, headers, body))
        answer = connection.answer(method)
    assert answer is not None
    return answer


def test_no_port_is_left_out() -> None:
    assert set(WRITES) == {*ADDRESSES, "UI_PORT"}


@pytest.mark.parametrize("setting", WRITES)
def test_port_answers_for_no_foreign_host(stack: LocalStack, setting: str) -> None:
    for host, status in HOSTILE_HOSTS:
        for method, target in (("GET", "/health"), ("GET", "/nowhere"), WRITES[setting]):
            body = GROUP if method == "POST" else None
            answer = answered(address(stack, setting), method, target, {"Host": host, **JSON}, body)
            assert (answer.status, host) == (status, host)


@pytest.mark.parametrize("setting", WRITES)
def test_port_takes_no_write_of_another_site(stack: LocalStack, setting: str) -> None:
    method, target = WRITES[setting]
    for headers in HOSTILE_SITES:
        refused = answered(address(stack, setting), method, target, {**JSON, **headers}, GROUP)
        assert (refused.status, refused.problem()["code"]) == (403, "cross_site")
    assert answered(stack.url, "GET", "/api/groups/666", {}).status == 404
