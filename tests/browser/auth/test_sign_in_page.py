"""Signing in and out, as people do it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser.chromium import Watched, tab_to
from tests.support.browser.sign_in_page import sign_in
from tests.support.stacks.guarded import PASSWORD

Visit = Callable[..., Watched]


@pytest.mark.parametrize(
    ("asked", "reached"),
    [
        ("/types", "/types"),
        ("/imports?state=done&after=x", "/imports?state=done&after=x"),
        ("/sign-in?back=//evil.example/x", "/"),
        ("/sign-in?back=https://evil.example", "/"),
        ("/sign-in?back=/%5Cevil.example", "/"),
        ("/sign-in?back=javascript:alert(1)", "/"),
    ],
)
def test_sign_in_leads_back_to_own_pages_alone(visit: Visit, asked: str, reached: str) -> None:
    watched = visit("en")
    page = watched.open(asked)
    assert "/sign-in" in page.url
    sign_in(page, "reader")
    page.wait_for_url(watched.base + reached)
    watched.assert_quiet()


def test_wrong_password_is_said_in_the_language_of_the_page(visit: Visit) -> None:
    page = visit("ru").open("/sign-in")
    sign_in(page, "reader", "not the one at all")
    expect(page.get_by_role("alert")).to_contain_text("Имя или пароль неверны")
    sign_in(page, "reader", " ")
    expect(page.locator("#error-password")).to_have_text("Заполните это поле.")
    expect(page.locator("#field-password")).to_be_focused()


def test_keyboard_alone_is_enough_to_come_in_and_go_out(visit: Visit) -> None:
    watched = visit("en")
    page = watched.open("/sign-in")
    expect(page.locator("#field-name")).to_be_focused()
    page.keyboard.type("operator")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{watched.base}/")
    expect(page.locator(".who")).to_contain_text("operator")
    tab_to(page, "sign-out")
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_contain_text("You are signed out.")
    watched.assert_quiet()


def test_who_signed_out_stays_out(visit_as: Visit) -> None:
    page = visit_as("reader", language="en").open("/")
    page.locator("#sign-out").click()
    page.wait_for_url("**/signed-out")
    page.reload()
    expect(page.locator("#sign-in")).to_be_visible()
    page.go_back()
    expect(page.locator("#sign-in")).to_be_visible()


def test_password_managers_are_told_what_each_field_is(
    visit: Visit, visit_as: Visit, someone: Callable[[str, str], str]
) -> None:
    def words(page: Page, form: str) -> list[str]:
        found: list[str] = page.locator(f"{form} input").evaluate_all("all => all.map(one => one.autocomplete)")
        return found

    assert words(visit().open("/sign-in"), "#sign-in") == ["username", "current-password"]
    assert words(visit().open("/set-up#x"), "#by-link") == ["username", "name", "new-password", "new-password"]
    page = visit().open(someone("lena", "reader"))
    expect(page.locator("#user-name")).to_have_value("lena")
    assert words(page, "#by-link") == ["username", "new-password", "new-password"]
    page = visit_as("reader").open("/account")
    assert words(page, "#change-password") == ["username", "current-password", "new-password", "new-password"]
