"""What one may not do is not offered, and is explained; who is no longer signed in is led to sign in."""

from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import FilePayload, expect

from tests.support.browser.chromium import Watched
from tests.support.browser.sign_in_page import sign_in
from tests.support.stacks.guarded import GuardedStack

Visit = Callable[..., Watched]
BUTTONS = ("#editor", "#rows .actions")


@pytest.mark.parametrize(
    ("role", "may_edit", "may_send"),
    [("reader", False, False), ("operator", False, True), ("editor", True, True), ("admin", True, True)],
)
def test_what_one_may_not_do_is_not_offered(
    visit_as: Visit, stack: GuardedStack, role: str, may_edit: bool, may_send: bool
) -> None:
    stack.sign_in("editor").post(f"{stack.url}/api/groups/", json={"id": 1, "name": "A"}, timeout=20)
    watched = visit_as(role, language="en")
    page = watched.open("/groups")
    expect(page.locator("#rows tr")).to_have_count(1)
    for place in BUTTONS:
        assert page.locator(place).first.is_visible() == may_edit, place
    why = page.get_by_role("link", name="Why?")
    assert why.is_visible() == (not may_edit)
    page = watched.open("/imports")
    assert page.locator("#new-import").is_visible() == may_send
    assert page.get_by_role("link", name="Why?").is_visible() == (not may_send)
    load = page.locator("#operation option[value=load_groups]")
    assert load.evaluate("one => getComputedStyle(one).display !== 'none'") == may_edit
    assert page.locator("nav").get_by_text("Users").count() == (role == "admin")
    watched.assert_quiet()


def test_page_of_administrators_explains_to_others(visit_as: Visit) -> None:
    page = visit_as("editor", language="ru").open("/users")
    expect(page.locator("#content")).to_contain_text("Это может только администратор. Ваша роль: Редактор.")
    page.get_by_role("link", name="Что вам можно").click()
    expect(page.locator(".rights")).to_contain_text("нет: заводить пользователей")


def test_call_of_a_page_whose_session_is_over_leads_to_sign_in_and_back(visit_as: Visit) -> None:
    watched = visit_as("editor", language="en")
    page = watched.open("/groups")
    page.context.clear_cookies(name="stackroom")
    page.locator("#refresh").click()
    page.wait_for_url("**/sign-in?back=/groups")
    sign_in(page, "editor")
    page.wait_for_url(f"{watched.base}/groups")


def test_live_page_whose_session_is_over_leads_to_sign_in(visit_as: Visit) -> None:
    page = visit_as("reader", language="en").open("/workers")
    page.context.clear_cookies(name="stackroom")
    page.wait_for_url("**/sign-in?back=/workers")


def test_missing_right_is_named_in_the_language_of_the_page(visit_as: Visit, stack: GuardedStack) -> None:
    """As where a role was changed after the page had come."""
    stack.sign_in("editor").post(f"{stack.url}/api/groups/", json={"id": 1, "name": "A"}, timeout=20)
    page = visit_as("reader", language="ru").open("/groups")
    page.evaluate("document.body.dataset.rights = 'reader operator editor'")
    page.locator("#field-id").fill("7")
    page.locator("#save").click()
    expect(page.locator("#messages")).to_contain_text("Это может только редактор")


def test_program_is_let_in_by_its_code(visit_as: Visit, stack: GuardedStack) -> None:
    device = requests.post(f"{stack.url}/api/identity/device", json={"client": "stackroom on box"}, timeout=20).json()
    watched = visit_as("editor", language="ru")
    page = watched.open("/device")
    page.locator("#field-code").fill("bcdfbcdf")
    page.locator("#find-device [type=submit]").click()
    expect(page.locator("#error-code")).to_contain_text("Ни одна программа не ждёт")
    page.locator("#field-code").fill(device["user_code"].lower())
    page.keyboard.press("Enter")
    expect(page.locator("#device-client")).to_have_text("stackroom on box")
    assert watched.accessibility_faults() == []
    page.locator("#field-scope").select_option("reader")
    page.locator("#decide-device [type=submit]").click()
    expect(page.locator("#device-done")).to_contain_text("программа вошла")
    answer = requests.post(
        f"{stack.url}/api/identity/device/token", json={"device_code": device["device_code"]}, timeout=20
    )
    assert answer.json()["scope"] == "reader"


@pytest.mark.parametrize(("role", "may_load"), [("operator", False), ("editor", True)])
def test_load_is_offered_to_editors_alone(visit_as: Visit, role: str, may_load: bool) -> None:
    page = visit_as(role, language="ru").open("/imports")
    chosen = page.locator("#file")
    chosen.set_input_files(FilePayload(name="groups.csv", mimeType="text/csv", buffer=b"id,name\n5,E\n"))
    expect(page.locator("#preview")).to_be_visible()
    for place in ("#send", "#try", "#load-options"):
        assert page.locator(place).is_visible() == may_load, place
    assert page.locator("[data-needs=editor]").get_by_role("link").is_visible() == (not may_load)
    line = b'{"id":1,"payload":"a"}\n'
    chosen.set_input_files(FilePayload(name="a.ndjson", mimeType="application/x-ndjson", buffer=line))
    expect(page.locator("#send")).to_be_visible()
