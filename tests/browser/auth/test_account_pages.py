"""The pages of accounts and users, as people use them."""

import re
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.support.browser.chromium import Watched
from tests.support.browser.sign_in_page import led_to_sign_in, sign_in
from tests.support.stacks.guarded import GuardedStack

Visit = Callable[..., Watched]
NEW_PASSWORD = "seven yellow boats at sea"


OPEN = (
    "/sign-in",
    "/signed-out",
    "/signed-out?only=here",
    "/sign-in?back=/types",
    "/set-up",
    "/set-up#abc",
    "/choose-password",
)
TABLES_FIT = "[...document.querySelectorAll('.table-responsive')].every(one => one.scrollWidth <= one.clientWidth)"
MENU_ROWS = "new Set([...document.querySelectorAll('.bar nav li')].map(one => one.offsetTop)).size"
OWN = ("/account", "/users", "/workers", "/device", "/device?code=BCDF-GHJK")


@pytest.mark.parametrize(("language", "width", "scheme"), [("ru", 360, "dark"), ("en", 1200, "light")])
@pytest.mark.parametrize("path", OPEN)
def test_open_page_is_accessible_quiet_and_fits(
    visit: Visit, path: str, language: str, width: int, scheme: str
) -> None:
    watched = visit(language, width, scheme)
    page = watched.open(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert watched.accessibility_faults() == []
    watched.assert_quiet()


@pytest.mark.parametrize(("language", "scheme"), [("ru", "dark"), ("en", "light")])
def test_own_pages_are_accessible_and_fit(visit_as: Visit, stack: GuardedStack, language: str, scheme: str) -> None:
    stack.token("admin")
    long = {"name": "somebody.of.a.very.long.name@library.example", "role": "reader"}
    stack.sign_in("admin").post(f"{stack.url}/api/identity/users", json=long, timeout=20)
    watched = visit_as("admin", language=language, scheme=scheme)
    for path in OWN:
        page = watched.open(path)
        page.wait_for_load_state("networkidle")
        for width in (1200, 360):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(TABLES_FIT), (path, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            assert page.evaluate(MENU_ROWS) == 1, (path, width)
        assert watched.accessibility_faults() == [], path
    assert watched.foreign == []


def test_administrator_makes_a_user_who_chooses_a_password(visit_as: Visit, visit: Visit) -> None:
    watched = visit_as("admin", language="ru")
    page = watched.open("/users")
    page.locator("#field-name").fill("Nina")
    page.locator("#field-full_name").fill("Нина")
    page.locator("#field-role").select_option("operator")
    page.locator("#make-user [type=submit]").click()
    expect(page.locator("#made-link")).to_contain_text("Ссылка для nina, действует 24 ч.")
    link = page.locator("#made-link-value").input_value()
    assert link.startswith(f"{watched.base}/choose-password#")
    row = page.locator("#users tr", has_text="nina")
    expect(row).to_contain_text("ещё нет пароля")
    hers = visit("ru")
    hers.page.goto(link)
    assert hers.page.url == f"{watched.base}/choose-password"  # the secret does not stay in the history
    hers.page.locator("#field-password").fill("short")
    hers.page.locator("#field-again").fill("other")
    hers.page.locator("#by-link [type=submit]").click()
    expect(hers.page.locator("#error-again")).to_have_text("Пароли не совпадают.")
    hers.page.locator("#field-again").fill("short")
    hers.page.locator("#by-link [type=submit]").click()
    expect(hers.page.locator("#error-password")).to_contain_text("12")
    choose(hers.page)
    hers.page.wait_for_url(f"{watched.base}/")
    page.reload()
    row.get_by_role("button", name="Отключить: nina").click()
    page.locator("#confirm-yes").click()
    expect(row).to_contain_text("отключён")
    led_to_sign_in(hers, "/account")


def choose(page: Page) -> None:
    for field in ("password", "again"):
        page.locator(f"#field-{field}").fill(NEW_PASSWORD)
    page.locator("#by-link [type=submit]").click()


def test_link_works_once(visit: Visit, someone: Callable[[str, str], str]) -> None:
    path = someone("once", "reader")
    first = visit("en")
    choose(first.open(path))
    first.page.wait_for_url(f"{first.base}/")
    second = visit("en").open(path)
    expect(second.get_by_role("alert")).to_contain_text("This link was used already")
    expect(second.locator("#by-link")).to_be_hidden()


def test_password_can_be_chosen_where_nobody_says_whose_it_is(visit: Visit, someone: Callable[[str, str], str]) -> None:
    """The link is gone from the address by then, so that to load the page again would not help."""
    watched = visit("en")
    watched.page.route("**/api/identity/password/link/user", lambda route: route.abort())
    choose(watched.open(someone("late", "reader")))
    watched.page.wait_for_url(f"{watched.base}/")
    expect(watched.page.locator(".who")).to_contain_text("late")


def test_administrator_changes_a_role_but_not_the_own_one(visit_as: Visit, someone: Callable[[str, str], str]) -> None:
    someone("ivan", "reader")
    page = visit_as("admin", language="en").open("/users")
    row = page.locator("#users tr", has_text="ivan")
    row.get_by_role("combobox").select_option("editor")
    expect(page.locator("#messages")).to_contain_text("Saved: ivan.")
    page.reload()
    expect(row.get_by_role("combobox")).to_have_value("editor")
    own = page.locator("#users tbody tr").filter(has=page.locator("strong", has_text=re.compile("^admin$")))
    expect(own.get_by_role("combobox")).to_have_count(0)
    expect(own).to_contain_text("you")


def test_token_is_made_shown_once_used_and_revoked(visit_as: Visit, stack: GuardedStack) -> None:
    page = visit_as("editor", language="ru").open("/account")
    page.locator("#field-token_name").fill("ночная загрузка")
    page.locator("#field-scope").select_option("operator")
    page.locator("#field-networks").fill("нет")
    page.locator("#make-token [type=submit]").click()
    expect(page.locator("#error-networks").get_by_text("Это не сеть").first).to_be_visible()
    page.locator("#field-networks").fill("127.0.0.0/8, ::1")
    page.locator("#make-token [type=submit]").click()
    secret = page.locator("#made-token-value")
    expect(secret).to_have_value(re.compile("^sr1_"))
    bearer = {"Authorization": f"Bearer {secret.input_value()}"}
    me = requests.get(f"{stack.url}/api/identity/me", headers=bearer, timeout=20).json()
    assert (me["name"], me["rights"]) == ("editor", ["reader", "operator"])
    page.reload()
    row = page.locator("#tokens tr", has_text="ночная загрузка")
    expect(row).to_contain_text("Оператор")
    expect(page.locator("#made-token")).to_be_hidden()
    row.get_by_role("button", name="Отозвать: ночная загрузка").click()
    page.locator("#confirm-yes").click()
    expect(row).to_contain_text("отозван")
    page.locator("#field-token_name").fill("по ошибке")
    page.locator("#make-token [type=submit]").click()
    expect(page.locator("#made-token")).to_be_visible()
    page.get_by_role("button", name="Отозвать: по ошибке").click()
    page.locator("#confirm-yes").click()
    expect(page.locator("#made-token")).to_be_hidden()  # nobody copies what opens nothing


def test_other_sessions_end_and_this_one_stays(visit: Visit, someone: Callable[[str, str], str]) -> None:
    path, profiles = someone("zoya", "reader"), [visit("en"), visit("en")]
    page = profiles[0].open(path)
    choose(page)
    page.wait_for_url(f"{profiles[0].base}/")
    other = profiles[1].open("/sign-in")
    sign_in(other, "zoya", NEW_PASSWORD)
    other.wait_for_url(f"{profiles[0].base}/")
    profiles[0].open("/account")
    expect(page.locator("#sessions tbody tr")).to_have_count(2)
    page.locator("#end-others").click()
    expect(page.locator("#messages")).to_contain_text("Other sessions ended: 1.")
    expect(page.locator("#sessions tbody tr")).to_have_count(1)
    led_to_sign_in(profiles[1], "/types")
    page.locator("#field-old_password").fill("wrong one, surely")
    for field in ("password", "again"):
        page.locator(f"#field-{field}").fill(f"{NEW_PASSWORD} again")
    page.locator("#change-password [type=submit]").click()
    expect(page.locator("#error-old_password")).to_contain_text("wrong")
    page.locator("#field-old_password").fill(NEW_PASSWORD)
    page.locator("#change-password [type=submit]").click()
    expect(page.locator("#messages")).to_contain_text("The password is changed")
