"""Pages that keep themselves fresh: they touch only what changed, and show nothing green of a server that is gone."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from stackroom_jobs.protocol import CONTRACT_VERSION, Heartbeat
from stackroom_jobs.worker.registration import WorkerName
from tests.browser.test_imports import paused_worker
from tests.support.browser.chromium import Watched
from tests.support.gateway.process import running_gateway
from tests.support.stacks.whole import WholeStack

Visit = Callable[..., Watched]
SELECT = """cell => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


def beat(name: str, slots: int = 1) -> Heartbeat:
    return Heartbeat(name, "gpu-host", CONTRACT_VERSION, ["gpu"], slots, ["process_video"], {"torch": "2.13.0"}, "a1")


def test_refresh_keeps_scroll_selection_and_focus(visit: Visit, stack: WholeStack) -> None:
    api = stack.importer.as_worker()
    api.heartbeat(beat("seen-2"))
    try:
        watched = visit(width=800)
        page = watched.open("/workers")
        table = page.locator("#live .table-responsive").last
        table.evaluate("table => { table.scrollLeft = 40; table.tabIndex = 0; table.focus() }")
        row = page.locator("tr[data-key='seen-2']")
        row.locator("th").evaluate(SELECT)
        api.heartbeat(beat("seen-1"))
        api.heartbeat(beat("seen-2", slots=5))
        expect(page.locator("tr[data-key='seen-1']")).to_be_visible()
        expect(row.locator("td[data-label='Слотов']")).to_have_text("5")
        assert page.evaluate("getSelection().toString()") == "seen-2"
        assert table.evaluate("table => table.scrollLeft") == 40
        watched.assert_quiet()
    finally:
        for name in ("seen-1", "seen-2"):
            api.goodbye(WorkerName(name, "a1"))


def test_selected_text_waits_until_it_no_longer_is(visit: Visit, stack: WholeStack) -> None:
    api = stack.importer.as_worker()
    api.heartbeat(beat("seen-1"))
    try:
        page = visit().open("/workers")
        slots = page.locator("tr[data-key='seen-1'] td[data-label='Слотов']")
        slots.evaluate(SELECT)
        with page.expect_response("**/workers"):
            api.heartbeat(beat("seen-1", slots=7))
        with page.expect_response("**/workers"):
            assert page.evaluate("getSelection().toString()") == "1"
        page.evaluate("getSelection().removeAllRanges()")
        expect(slots).to_have_text("7")
    finally:
        api.goodbye(WorkerName("seen-1", "a1"))


def opened(watched: Watched, paths: tuple[str, ...]) -> list[Page]:
    pages = [watched.page.context.new_page() for _ in paths]
    for page, path in zip(pages, paths, strict=True):
        page.goto(watched.base + path)
    return pages


def test_nothing_stays_green_of_a_server_that_is_gone(visit: Visit, stack: WholeStack, tmp_path: Path) -> None:
    """Each page says since when, and is itself again with the server."""
    watched = visit()
    with paused_worker(stack):
        batch_id = stack.importer.post_rows(5)
        with running_gateway(tmp_path, stack.url, stack.importer.url, {}) as (url, gateway):
            watched.base = url
            pages = opened(watched, ("/workers", "/", "/imports", f"/imports/{batch_id}"))
            for page in pages:
                expect(page.locator("#live .badge, #batch .badge").first).to_be_visible()
            gateway.kill()
            for page in pages:
                expect(page.locator("#connection")).to_contain_text("Нет связи с ", timeout=30_000)
                badge = page.locator("#live .badge[class*=state-], #batch .badge[class*=state-]").first
                expect(badge).to_have_css("background-color", "rgb(89, 101, 112)")
        port = urlsplit(url).port or 0
        with running_gateway(tmp_path, stack.url, stack.importer.url, {}, port):
            for page in pages:
                expect(page.locator("#connection")).to_be_empty(timeout=30_000)
                expect(page.locator(".stale")).to_have_count(0)
    stack.importer.wait_finished(batch_id)
