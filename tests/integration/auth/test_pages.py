"""Pages by which people come in and go, in a real browser."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser.chromium import Watched, installed_chromium, running_browser, tab_to
from tests.support.stacks.guarded import PASSWORD, GuardedStack

Visit = Callable[..., Watched]
VIEWS = [("ru", 360, "dark"), ("en", 1200, "light")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = installed_chromium()
    if program is None:
        pytest.skip("no chromium is installed (apt-get install chromium)")
    with running_browser(program) as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, stack: GuardedStack) -> Iterator[Visit]:
    with ExitStack() as contexts:

        def visit(language: str = "en", width: int = 1200, scheme: str = "light") -> Watched:
            context = browser.new_context(
                viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
            )
            contexts.callback(context.close)
            context.add_cookies([{"name": "language", "value": language, "url": stack.url}])
            return Watched(context, stack.url)

        yield visit


def enter(page: Page, name: str, password: str = PASSWORD) -> None:
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    page.locator("#entry button").click()


def screenshot(page: Page, name: str) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("language", "width", "scheme"), VIEWS)
def test_person_signs_in_on_the_way_to_a_page_and_out_again(
    visit: Visit, language: str, width: int, scheme: str
) -> None:
    watched = visit(language, width, scheme)
    page = watched.open("/groups")
    assert page.url.endswith("/sign-in?back=/groups")
    screenshot(page, f"sign-in-{language}")
    assert watched.accessibility_faults() == []
    enter(page, "reader")
    page.wait_for_url("**/groups")
    expect(page.locator("#sign-out")).to_be_visible()
    assert watched.accessibility_faults() == []
    screenshot(page, f"groups-{language}")
    page.locator("#sign-out").click()
    page.wait_for_url("**/sign-in")
    watched.open("/groups")
    assert page.url.endswith("/sign-in?back=/groups")
    watched.assert_quiet()


def test_wrong_password_is_told_and_the_name_stays(visit: Visit) -> None:
    watched = visit("ru")
    page = watched.open("/sign-in")
    enter(page, "reader", "wrong horse battery")
    expect(page.locator("#messages")).to_contain_text("Имя или пароль неверны.")
    assert page.locator("#name").input_value() == "reader"
    assert page.evaluate("document.activeElement.id") == "password"


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_sign_in_leads_to_no_other_site(visit: Visit, stack: GuardedStack, back: str) -> None:
    page = visit().open(f"/sign-in?back={back}")
    enter(page, "reader")
    page.wait_for_url(f"{stack.url}/")


def test_password_managers_find_their_fields(visit: Visit) -> None:
    watched = visit()
    words = "[...document.querySelectorAll('input[autocomplete]')].map((one) => one.autocomplete)"
    assert watched.open("/sign-in").evaluate(words) == ["username", "current-password"]
    assert watched.open("/set-up#secret").evaluate(words) == ["username", "new-password"]
    assert watched.open("/password#secret").evaluate(words) == ["new-password"]
    assert watched.page.url.endswith("/password")


def test_page_is_used_by_the_keyboard_alone(visit: Visit) -> None:
    page = visit().open("/sign-in")
    tab_to(page, "name")
    page.keyboard.type("reader")
    tab_to(page, "password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#sign-out")).to_be_visible()


@pytest.mark.parametrize(("language", "width", "scheme"), VIEWS)
def test_person_makes_a_token_and_takes_it_back(visit: Visit, language: str, width: int, scheme: str) -> None:
    watched = visit(language, width, scheme)
    page = watched.open("/sign-in?back=/account")
    enter(page, "editor")
    page.wait_for_url("**/account")
    page.locator("#token-name").fill(f"from {language}")
    page.locator("#token-right").select_option("operator")
    page.locator("#new-token button").click()
    expect(page.locator("#made-secret")).to_contain_text("sr1_")
    secret = page.locator("#made-secret").inner_text()
    screenshot(page, f"account-{language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert watched.accessibility_faults() == []
    page.reload()
    assert secret not in page.content()
    row = page.locator("tr", has_text=f"from {language}")
    row.locator("button").click()
    expect(row).to_have_count(0)
    watched.assert_quiet()


def test_user_chooses_a_password_with_a_link_that_works_once(visit: Visit, stack: GuardedStack) -> None:
    admin = stack.sign_in("admin")
    body = {"name": "newcomer", "role": "reader"}
    made = admin.post(f"{stack.url}/api/identity/users", json=body, timeout=20).json()
    watched = visit()
    page = watched.open(f"/password#{made['link']}")
    page.locator("#password").fill("short enough?")
    page.locator("#entry button").click()
    expect(page.locator("#sign-out")).to_be_visible()
    again = visit().open(f"/password#{made['link']}")
    again.locator("#password").fill("another password")
    again.locator("#entry button").click()
    expect(again.locator("#messages")).to_contain_text("This link was used already")
    watched.assert_quiet()
