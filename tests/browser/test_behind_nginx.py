"""The pages below a prefix, behind a real nginx with the lines of the documents: every address, write and stream."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, expect

from deploy.local.ports import LOOPBACK
from tests.support.browser.chromium import PUBLIC_NAME, Watched
from tests.support.gateway.process import running_gateway
from tests.support.servers.nginx import documented_lines, running_nginx
from tests.support.stacks.whole import WholeStack

PREFIX = "/stackroom"
PASSED_ON = {"TRUSTED_HOSTS": PUBLIC_NAME, "ROOT_PATH": PREFIX, "AUTH": "off"}
SAID_IN_HEADERS = {"TRUSTED_PROXIES": LOOPBACK}


@pytest.fixture(scope="module", params=[PASSED_ON, SAID_IN_HEADERS], ids=["host passed on", "host rewritten"])
def port(request: pytest.FixtureRequest, stack: WholeStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """nginx before a second gateway of the stack, with the settings that stand beside the lines."""
    folder: Path = tmp_path_factory.mktemp("nginx")
    settings: dict[str, str] = request.param
    lines = documented_lines()[[PASSED_ON, SAID_IN_HEADERS].index(settings)]
    with (
        running_gateway(folder, stack.catalog, stack.importer.url, settings) as (gateway, _),
        running_nginx(folder, lines, urlsplit(gateway).netloc, PUBLIC_NAME) as port,
    ):
        yield port


@pytest.fixture
def watched(browser: Browser, port: int) -> Iterator[Watched]:
    base = f"http://{PUBLIC_NAME}:{port}{PREFIX}"
    with browser.new_context(viewport={"width": 1200, "height": 800}) as context:
        context.add_cookies([{"name": "language", "value": "en", "url": base}])
        yield Watched(context, base)


def test_pages_work_below_the_prefix(watched: Watched) -> None:
    asked: list[tuple[str, int]] = []
    page = watched.page
    page.context.on("response", lambda one: asked.append((one.url, one.status)))
    page.goto(watched.base)  # without the last slash
    for name in ("Groups", "Types", "Imports", "Workers", "Stackroom"):
        page.get_by_role("link", name=name, exact=True).first.click()
        expect(page.locator("h1")).to_be_visible()
    page.get_by_role("button", name="Русский").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "ru"
    assert {urlsplit(url).path.split("/")[1] for url, _ in asked} == {PREFIX[1:]}
    assert [(url, status) for url, status in asked if status >= 400] == []
    assert {cookie.get("path") for cookie in page.context.cookies() if cookie.get("value") == "ru"} == {PREFIX}
    watched.assert_quiet()


def test_group_is_saved_changed_and_deleted_below_the_prefix(watched: Watched) -> None:
    page = watched.open("/groups")
    page.get_by_label("Name").fill("Maps")
    page.get_by_role("button", name="Create").click()
    row = page.locator("#rows tr").filter(has_text="Maps")
    expect(row).to_be_visible()
    row.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("button", name="Save")).to_be_visible()  # the row as it is now has come
    page.get_by_label("Comment").fill("of towns")
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("of towns")
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    watched.assert_quiet()


def test_batch_is_sent_and_its_stream_seen_below_the_prefix(watched: Watched) -> None:
    streams: list[Any] = []
    page = watched.page
    page.on("response", lambda one: streams.append(one) if one.url.endswith("/events") else None)
    watched.open("/imports")
    page.locator("#pasted").fill('{"id": 1, "payload": " A "}\n{"id": 2}')
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url(f"**{PREFIX}/imports/*")
    expect(page.locator("#state")).to_have_text("done with errors")
    expect(page.locator("#rows tr")).to_have_count(1)
    assert [(one.status, urlsplit(one.url).path.startswith(f"{PREFIX}/api/")) for one in streams] == [(200, True)]
    assert "/events" in streams[0].url
    results = page.locator("a[href*='/results']").first.get_attribute("href") or ""
    assert results.startswith(f"{PREFIX}/api/importer/batches/")
    watched.assert_quiet()


def test_addresses_in_answers_carry_the_prefix(port: int) -> None:
    base, host = f"http://{LOOPBACK}:{port}", {"Host": f"{PUBLIC_NAME}:{port}"}
    made = requests.post(
        f"{base}{PREFIX}/api/groups/", json={"id": 77, "name": "x"}, headers={**host, "Origin": f"http://{host['Host']}"},
        timeout=20,
    )  # fmt: skip
    assert (made.status_code, made.headers["Location"]) == (201, f"{PREFIX}/api/groups/77")
    assert requests.delete(base + made.headers["Location"], headers=host, timeout=20).status_code == 200
    task = requests.post(
        f"{base}{PREFIX}/api/importer/progress", json={"records": [{"id": 1, "payload": "x"}]}, headers=host, timeout=20
    )
    url = task.json()["status_url"]
    assert url.startswith(f"{PREFIX}/api/importer/status/")
    assert requests.get(base + url, headers=host, timeout=20).status_code == 200
    for name in ("catalog", "importer", "gateway"):
        document = requests.get(f"{base}{PREFIX}/api/docs/{name}/openapi.json", headers=host, timeout=20).json()
        assert document["servers"] == [{"url": PREFIX}]


@pytest.mark.parametrize("size", [10, 300_000])
def test_another_site_may_not_write_through_the_proxy(port: int, size: int) -> None:
    """Also where nginx still has a body to pass on when the refusal comes: the gateway reads on for 1 MiB."""
    base, host = f"http://{LOOPBACK}:{port}", {"Host": f"{PUBLIC_NAME}:{port}"}
    for origin in ("http://evil.example", f"http://{LOOPBACK}:{port}", "null"):
        sent = requests.post(
            f"{base}{PREFIX}/api/groups/", data=b" " * size, headers={**host, "Origin": origin}, timeout=20
        )
        assert (sent.status_code, sent.json()["code"]) == (403, "cross_site")
