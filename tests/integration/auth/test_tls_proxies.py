"""A proxy with TLS in front, by the lines of the documents: cookies for TLS alone, and the address of the client."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3

from deploy.local.ports import LOOPBACK
from tests.support.gateway.process import running_gateway
from tests.support.servers.tls_proxies import NAME, TlsProxy, tls_caddy, tls_nginx
from tests.support.stacks.guarded import PASSWORD, GuardedStack

CLIENT = "127.0.0.9"  # another address of this machine than the proxy's
SETTINGS = {"TRUSTED_HOSTS": NAME, "TRUSTED_PROXIES": LOOPBACK}
FORGED = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
Headers = dict[str, str]


class Browser:
    def __init__(self, port: int, certificate: Path) -> None:
        self._host = f"{NAME}:{port}"
        self._pool = urllib3.HTTPSConnectionPool(
            LOOPBACK, port, ca_certs=str(certificate), server_hostname=NAME, assert_hostname=NAME, retries=False,
            source_address=(CLIENT, 0),
        )  # fmt: skip

    def call(self, method: str, path: str, headers: Headers, body: Any = None) -> urllib3.BaseHTTPResponse:
        data = json.dumps(body).encode() if body is not None else None
        sent = {"Host": self._host, "Origin": f"https://{self._host}", "Content-Type": "application/json", **headers}
        return self._pool.request(method, path, body=data, headers=sent, redirect=False, timeout=20)


@pytest.fixture(scope="module", params=[tls_nginx, tls_caddy], ids=["nginx", "Caddy"])
def browser(
    request: pytest.FixtureRequest, stack: GuardedStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    proxy: TlsProxy = request.param
    folder = tmp_path_factory.mktemp("tls")
    settings = {**stack.who, "IDENTITY_URL": stack.identity, **SETTINGS}
    with (
        running_gateway(folder, stack.catalog, stack.importer, settings) as (gateway, _),
        proxy(folder, urlsplit(gateway).netloc) as port,
    ):
        yield Browser(port, folder / "tls.pem")


@pytest.fixture
def cookie(browser: Browser) -> str:
    body = {"name": "editor", "password": PASSWORD}
    return browser.call("POST", "/api/identity/session", FORGED, body).headers["Set-Cookie"]


def test_session_is_a_cookie_that_no_plain_connection_carries(browser: Browser, cookie: str) -> None:
    named, *attributes = cookie.split("; ")
    assert named.startswith("__Host-stackroom=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes)
    assert browser.call("GET", "/api/groups/", {"Cookie": named}).status == 200
    assert browser.call("GET", "/api/groups/", {"Cookie": named.removeprefix("__Host-")}).status == 401


def test_session_has_the_address_of_the_client_whatever_that_says(browser: Browser, cookie: str) -> None:
    headers = {"Cookie": cookie.partition(";")[0]}
    listed = browser.call("GET", "/api/identity/sessions", headers).json()["items"]
    assert [one["address"] for one in listed if one["is_this"]] == [CLIENT]


@pytest.mark.parametrize(("network", "status"), [(f"{CLIENT}/32", 200), (f"{LOOPBACK}/32", 401), ("192.0.2.7/32", 401)])
def test_token_works_from_its_network_alone(browser: Browser, cookie: str, network: str, status: int) -> None:
    wanted = {"name": "t", "scopes": ["reader"], "networks": [network]}
    made = browser.call("POST", "/api/identity/tokens", {"Cookie": cookie.partition(";")[0]}, wanted).json()
    headers = {"Authorization": f"Bearer {made['secret']}", **FORGED}
    assert browser.call("GET", "/api/groups/", headers).status == status


def test_page_and_writes_are_those_of_the_public_name(browser: Browser, cookie: str) -> None:
    headers = {"Cookie": cookie.partition(";")[0]}
    page = browser.call("GET", "/groups", {**headers, **FORGED, "Accept": "text/html"})
    assert (page.status, b"evil" in page.data) == (200, False)
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    row = {"id": 4712, "name": "over TLS"}
    assert browser.call("POST", "/api/groups/", {**headers, "Origin": "https://evil.example"}, row).status == 403
    assert browser.call("POST", "/api/groups/", headers, row).status == 201
    assert browser.call("DELETE", "/api/groups/4712", headers).status == 200
