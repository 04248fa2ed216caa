"""Sign-on at two real providers, as people see it: in by their button, out of both, and what is said where it fails."""

import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser.chromium import FONTS, Watched, tab_to
from tests.support.sign_on.providers import running_canaille, running_oidc_provider
from tests.support.stacks.guarded import PASSWORD, GuardedStack
from tests.support.stacks.sign_on import BUTTON, SignOn, running_sign_on
from tests.support.waiting import wait_until

Profile = Callable[..., Watched]
TRUSTED_SECONDS = 30.0  # more than those for which identity takes a provider that has answered for one that is there
SESSION_ENDS_WITHIN = 2.0  # seconds, after the provider was told to sign somebody out


def at_oidc_provider(page: Page, name: str) -> None:
    page.locator("[name=login]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[type=submit]").click()
    expect(page.locator("body")).to_contain_text("Authorize")
    page.locator("[type=submit]").click()


def at_canaille(page: Page, name: str) -> None:
    page.locator("[name=login]").fill(name)
    page.keyboard.press("Enter")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")


SIGN_IN = {"oidc-provider": at_oidc_provider, "canaille": at_canaille}


@pytest.fixture(scope="session")
def by_oidc_provider(stack: GuardedStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignOn]:
    with running_sign_on(stack, tmp_path_factory.mktemp("oidc-provider"), running_oidc_provider) as running:
        yield running


@pytest.fixture(scope="session")
def by_canaille(stack: GuardedStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignOn]:
    with running_sign_on(stack, tmp_path_factory.mktemp("canaille"), running_canaille) as running:
        yield running


@pytest.fixture(params=["by_canaille", "by_oidc_provider"])
def sign_on(request: pytest.FixtureRequest) -> SignOn:
    found: SignOn = request.getfixturevalue(request.param)
    return found


def come_in(watched: Watched, sign_on: SignOn, name: str, asked: str = "/") -> Page:
    """By the button, from the page that was asked for to whatever is shown behind the provider's pages."""
    page = watched.open(asked)
    page.locator("#provider").click()
    SIGN_IN[sign_on.provider.name](page, name)
    page.wait_for_url(re.compile(f"^{re.escape(sign_on.url)}/"))
    return page


def was_kept_here(watched: Watched) -> bool:
    """Whether the button leads back to this gateway, and not to the page of the browser that nobody answers."""
    page = watched.open("/imports?state=done")
    page.locator("#provider").click()
    page.wait_for_load_state()
    return page.get_by_role("alert").count() > 0


def hosts(watched: Watched) -> set[str]:
    return {urlsplit(url).netloc for url in watched.foreign} - {FONTS}


@pytest.mark.parametrize(("name", "role"), [("vera", "editor"), ("oleg", "admin")])
def test_group_at_the_provider_is_the_role_here(profile: Profile, sign_on: SignOn, name: str, role: str) -> None:
    watched = profile(sign_on.url, "en")
    page = come_in(watched, sign_on, name, "/imports?state=done")
    expect(page).to_have_url(f"{sign_on.url}/imports?state=done")
    expect(page.locator(".who")).to_contain_text(name)
    assert page.request.get(f"{sign_on.url}/api/identity/me").json()["role"] == role
    assert hosts(watched) == {urlsplit(sign_on.provider.issuer).netloc}


def test_button_needs_no_script(profile: Profile, by_oidc_provider: SignOn) -> None:
    watched = profile(by_oidc_provider.url, script=False)
    page = come_in(watched, by_oidc_provider, "vera")
    expect(page.locator(".who")).to_contain_text("vera")
    watched.open("/account")
    expect(page.locator("section", has_text="Вы входите через службу входа")).to_be_visible()
    expect(page.locator("[type=password]")).to_have_count(0)


def sign_out(page: Page, sign_on: SignOn) -> None:
    """Of both; oidc-provider asks whether that is meant."""
    tab_to(page, "sign-out")
    page.keyboard.press("Enter")
    if sign_on.provider.name == "oidc-provider":
        page.locator("[name=logout]").click()
    page.wait_for_url(f"{sign_on.url}/signed-out")


def test_who_signed_out_is_out_at_the_provider_too_and_stays_out(profile: Profile, sign_on: SignOn) -> None:
    watched = profile(sign_on.url, "ru")
    page = come_in(watched, sign_on, "vera")
    sign_out(page, sign_on)
    expect(page.get_by_role("status").first).to_have_text("Вы вышли.")
    watched.open("/imports")
    expect(page).to_have_url(f"{sign_on.url}/sign-in?back=/imports")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#provider")).to_have_text(f"Войти через {BUTTON}")
    page.locator("#provider").click()
    expect(page.locator("[name=login]")).to_be_visible()  # nobody is remembered there


def test_logout_at_the_provider_ends_the_session_here(profile: Profile, by_oidc_provider: SignOn) -> None:
    watched = profile(by_oidc_provider.url)
    page = come_in(watched, by_oidc_provider, "vera")
    me = f"{by_oidc_provider.url}/api/identity/me"
    assert page.request.get(me).status == 200
    page.goto(f"{by_oidc_provider.provider.issuer}/session/end")
    page.locator("[name=logout]").click()
    since = time.monotonic()
    page.wait_for_load_state()
    while page.request.get(me).status != 401:
        assert time.monotonic() - since < SESSION_ENDS_WITHIN
    watched.open("/imports")
    expect(page).to_have_url(f"{by_oidc_provider.url}/sign-in?back=/imports")


@pytest.mark.parametrize(
    ("language", "width", "scheme", "said"),
    [
        ("ru", 390, "dark", "ни у одной из ваших групп нет роли"),
        ("en", 1280, "light", "no group of yours has a role here"),
    ],
)
def test_who_is_in_no_group_is_told_so(
    profile: Profile, by_canaille: SignOn, language: str, width: int, scheme: str, said: str
) -> None:
    watched = profile(by_canaille.url, language, width, scheme)
    page = come_in(watched, by_canaille, "guest")
    expect(page.get_by_role("alert")).to_contain_text(said)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert watched.accessibility_faults() == []


def test_who_says_no_at_the_provider_is_told_so(profile: Profile, by_oidc_provider: SignOn) -> None:
    page = profile(by_oidc_provider.url, "en").open("/sign-in")
    page.locator("#provider").click()
    page.get_by_role("link", name=re.compile("Cancel|Abort")).click()
    expect(page.get_by_role("alert")).to_contain_text("The provider did not let you in.")
    page.locator("#provider").click()
    expect(page.locator("[name=login]")).to_be_visible()


def test_while_the_provider_is_away_people_go_out_here_and_administrators_come_in_by_password(
    profile: Profile, by_canaille: SignOn
) -> None:
    watched, vera = profile(by_canaille.url, "ru"), profile(by_canaille.url, "en")
    come_in(vera, by_canaille, "vera")
    by_canaille.provider.stop()
    try:
        vera.page.locator("#sign-out").click()
        vera.page.wait_for_url(f"{vera.base}/signed-out?only=here")
        expect(vera.page.get_by_role("status").first).to_contain_text("You are signed out here.")
        vera.open("/imports")
        expect(vera.page).to_have_url(f"{vera.base}/sign-in?back=/imports")
        page = watched.open("/imports?state=done")
        wait_until(lambda: was_kept_here(watched), TRUSTED_SECONDS, "nobody is sent to a provider that is away")
        expect(page.get_by_role("alert")).to_contain_text("не отвечает")
        for name, words in (("editor", "Имя или пароль неверны"), ("admin", "")):
            page.locator("#field-name").fill(name)
            page.locator("#field-password").fill(PASSWORD)
            page.keyboard.press("Enter")
            if words:
                expect(page.locator("#sign-in").get_by_role("alert")).to_contain_text(words)
        page.wait_for_url(f"{watched.base}/imports?state=done")
        expect(page.locator(".who")).to_contain_text("admin")
    finally:
        by_canaille.provider.start()
    page.locator("#sign-out").click()
    page.wait_for_url(f"{watched.base}/signed-out")  # nothing to end at the provider
