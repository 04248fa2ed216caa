"""What holds on every page, in both languages, both themes, wide and narrow.

Those of resources have tests of their own.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.browser.chromium import Watched
from tests.support.stacks.whole import WholeStack

PATHS = ("/", "/imports", "/imports/{batch}", "/workers")
Visit = Callable[..., Watched]


@pytest.fixture(scope="module")
def batch_id(stack: WholeStack) -> str:
    """A finished batch with two good rows and a refused one."""
    lines = b'{"id":1,"payload":" A "}\n{"id":2}\n{"id":3,"payload":"B"}\n'
    status, _ = stack.importer.call("POST", "/api/importer/batches", lines, Content_Type="application/x-ndjson")
    assert status == 202
    newest = next(stack.importer.all_batches())
    stack.importer.wait_finished(newest["id"])
    return str(newest["id"])


# Russian words are the longer ones, so they are the ones to fit a narrow screen.
@pytest.mark.parametrize(("language", "width", "scheme"), [("ru", 360, "dark"), ("en", 1200, "light")])
@pytest.mark.parametrize("path", PATHS)
def test_page_is_accessible_quiet_and_fits(
    visit: Visit, batch_id: str, path: str, language: str, width: int, scheme: str
) -> None:
    watched = visit(language, width, scheme)
    page = watched.open(path.format(batch=batch_id))
    page.wait_for_function("document.querySelector('#rows') === null || document.querySelector('#list-state, #rows')")
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("html").get_attribute("data-bs-theme") == scheme
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert watched.accessibility_faults() == []
    watched.assert_quiet()


@pytest.mark.parametrize("path", ["/", "/imports", "/imports/{batch}", "/workers"])
def test_page_shows_its_values_without_javascript(visit: Visit, batch_id: str, path: str) -> None:
    page = visit(script=False).open(path.format(batch=batch_id))
    expected = "worker-0" if path == "/workers" else "завершён с ошибками"
    assert expected in page.locator("main").inner_text()


def test_language_and_theme_are_remembered(visit: Visit) -> None:
    watched = visit("ru", scheme="light")
    page = watched.open("/groups")
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Groups", exact=True).wait_for()
    page.get_by_role("button", name="Light or dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    watched.open("/types")
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert page.locator("html").get_attribute("lang") == "en"
    watched.assert_quiet()


def test_api_page_shows_both_documents_without_another_host(visit: Visit) -> None:
    watched = visit("en")
    page = watched.open("/api/docs/")
    page.get_by_text("/api/groups/{row_id}").first.wait_for()
    page.get_by_label("Select a definition").select_option(label="importer")
    page.get_by_text("/api/importer/batches/{batch_id}/cancel").first.wait_for()
    watched.assert_quiet()


def test_resource_that_is_not_there_is_no_page(visit: Visit) -> None:
    watched = visit()
    answer = watched.page.goto(f"{watched.base}/register/nothing")
    assert answer is not None
    assert answer.status == 404
