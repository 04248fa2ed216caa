"""Signing in and out, and the pages of accounts, as people use them."""

import re
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import FilePayload, Page, expect

from tests.support.browser.chromium import Watched, tab_to
from tests.support.stacks.guarded import PASSWORD, GuardedStack
from tests.support.waiting import wait_until

Visit = Callable[..., Watched]
NEW_PASSWORD = "seven yellow boats at sea"


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.locator("#field-name").fill(name)
    page.locator("#field-password").fill(password)
    page.locator("#sign-in [type=submit]").click()


def led_to_sign_in(watched: Watched, path: str) -> None:
    """Once the session is over: for a second the gateway remembers who it was."""
    page = watched.page
    wait_until(lambda: page.request.get(f"{watched.base}/api/identity/me").status == 401, what="the end of the session")
    watched.open(path)
    page.wait_for_url(f"**/sign-in?back={path}")


@pytest.fixture
def someone(stack: GuardedStack) -> Callable[[str, str], str]:
    """Makes a user of this role and gives the path of the link with which he chooses a password."""

    def made(name: str, role: str) -> str:
        answer = stack.sign_in("admin").post(
            f"{stack.url}/api/identity/users", json={"name": name, "role": role}, timeout=20
        )
        assert answer.status_code == 201, answer.text
        return f"/choose-password#{answer.json()['link']}"

    return made


OPEN = ("/sign-in", "/signed-out", "/sign-in?back=/types", "/set-up", "/set-up#abc", "/choose-password#abc")
TABLES_FIT = "[...document.querySelectorAll('.table-responsive')].every(one => one.scrollWidth <= one.clientWidth)"
OWN = ("/account", "/users", "/device", "/device?code=BCDF-GHJK")


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


@pytest.mark.parametrize(("language", "width", "scheme"), [("ru", 360, "dark"), ("en", 1200, "light")])
def test_own_pages_are_accessible_and_fit(
    visit_as: Visit, stack: GuardedStack, language: str, width: int, scheme: str
) -> None:
    stack.token("admin")
    long = {"name": "somebody.of.a.very.long.name@library.example", "role": "reader"}
    stack.sign_in("admin").post(f"{stack.url}/api/identity/users", json=long, timeout=20)
    watched = visit_as("admin", language=language, width=width, scheme=scheme)
    for path in OWN:
        page = watched.open(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate(TABLES_FIT), path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert watched.accessibility_faults() == [], path
    assert watched.foreign == []


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
    watched = visit_as("reader", language="en")
    page = watched.page
    page.locator("#sign-out").click()
    page.wait_for_url("**/signed-out")
    page.reload()
    expect(page.locator("#sign-in")).to_be_visible()
    page.go_back()
    expect(page.locator("#sign-in")).to_be_visible()


def test_password_managers_are_told_what_each_field_is(visit: Visit, visit_as: Visit) -> None:
    def words(page: Page, form: str) -> list[str]:
        found: list[str] = page.locator(f"{form} input").evaluate_all("all => all.map(one => one.autocomplete)")
        return found

    assert words(visit().open("/sign-in"), "#sign-in") == ["username", "current-password"]
    assert words(visit().open("/set-up#x"), "#by-link") == ["username", "name", "new-password", "new-password"]
    page = visit_as("reader").open("/account")
    assert words(page, "#change-password") == ["username", "current-password", "new-password", "new-password"]


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
    for field in ("password", "again"):
        hers.page.locator(f"#field-{field}").fill(NEW_PASSWORD)
    hers.page.locator("#by-link [type=submit]").click()
    hers.page.wait_for_url(f"{watched.base}/")
    page.reload()
    row.get_by_role("button", name="Отключить: nina").click()
    page.locator("#confirm-yes").click()
    expect(row).to_contain_text("отключён")
    led_to_sign_in(hers, "/account")


def test_link_works_once(visit: Visit, someone: Callable[[str, str], str]) -> None:
    path = someone("once", "reader")

    def choose(page: Page) -> None:
        for field in ("password", "again"):
            page.locator(f"#field-{field}").fill(NEW_PASSWORD)
        page.locator("#by-link [type=submit]").click()

    first = visit("en")
    choose(first.open(path))
    first.page.wait_for_url(f"{first.base}/")
    second = visit("en").open(path)
    choose(second)
    expect(second.get_by_role("alert")).to_contain_text("This link was used already")


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


def test_other_sessions_end_and_this_one_stays(visit: Visit, someone: Callable[[str, str], str]) -> None:
    path, profiles = someone("zoya", "reader"), [visit("en"), visit("en")]
    page = profiles[0].open(path)
    for field in ("password", "again"):
        page.locator(f"#field-{field}").fill(NEW_PASSWORD)
    page.locator("#by-link [type=submit]").click()
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
