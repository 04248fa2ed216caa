"""Sign-on through the gateway: what it passes on, and how soon everybody knows that a session is over."""

import time

import pytest
import requests

from tests.support.identity.provider import LyingProvider
from tests.support.identity.sign_on import CALLBACK, LOGOUT, SIGN_ON, SITE, START
from tests.support.stacks.guarded import GuardedStack
from tests.support.waiting import wait_until

ME = "/api/identity/me"
SECONDS = 2.0  # for which a session that is over may still be used


def signed_on(stack: GuardedStack, provider: LyingProvider) -> requests.Session:
    """The browser is led to the provider, which leads it back at once."""
    browser = requests.Session()
    away = browser.get(f"{stack.url}{START}?next=/imports", allow_redirects=False, timeout=20)
    assert away.status_code == 303, away.text
    back = requests.get(away.headers["Location"], allow_redirects=False, timeout=20).headers["Location"]
    assert back.startswith(SITE + CALLBACK)
    came = browser.get(stack.url + back.removeprefix(SITE), allow_redirects=False, timeout=20)
    assert (came.status_code, came.headers["Location"]) == (303, "/imports")
    assert SIGN_ON not in browser.cookies
    return browser


@pytest.fixture
def browser(stack: GuardedStack, provider: LyingProvider) -> requests.Session:
    provider.reset()
    return signed_on(stack, provider)


def is_in(stack: GuardedStack, browser: requests.Session) -> bool:
    return browser.get(stack.url + ME, timeout=20).status_code == 200


def test_person_of_the_provider_works_with_the_register(stack: GuardedStack, browser: requests.Session) -> None:
    assert browser.get(stack.url + ME, timeout=20).json()["role"] == "editor"
    assert browser.get(f"{stack.url}/groups", timeout=20).status_code == 200
    made = browser.post(f"{stack.url}/api/groups/", json={"id": 8101, "name": "of the provider"}, timeout=20)
    assert made.status_code == 201, made.text


def test_provider_ends_a_session_everywhere(
    stack: GuardedStack, browser: requests.Session, provider: LyingProvider
) -> None:
    other = signed_on(stack, provider)
    token = provider.logout_token(sub=provider.person["sub"])
    ended = requests.post(stack.url + LOGOUT, data={"logout_token": token}, timeout=20)
    assert ended.status_code == 200, ended.text
    began = time.monotonic()
    wait_until(lambda: not (is_in(stack, browser) or is_in(stack, other)), 20, "the end of both sessions")
    assert time.monotonic() - began < SECONDS


def test_who_signed_out_stays_out(stack: GuardedStack, browser: requests.Session, provider: LyingProvider) -> None:
    told = browser.delete(f"{stack.url}/api/identity/session", timeout=20).json()
    assert told["continue_at"].startswith(f"{provider.address}/sign-out?")
    page = browser.get(f"{stack.url}/imports", allow_redirects=False, timeout=20)
    assert (page.status_code, page.headers["Location"]) == (303, "/sign-in?back=/imports")


@pytest.mark.parametrize("query", ["", "?code=x&state=y", "?error=access_denied", "?state=a&state=b"])
def test_odd_way_back_ends_at_a_page(stack: GuardedStack, query: str) -> None:
    answer = requests.get(stack.url + CALLBACK + query, timeout=20)
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (200, "text/html")
    assert answer.url.startswith(f"{stack.url}/sign-in?problem=oidc_")
    assert 'role="alert"' in answer.text


def test_page_offers_the_provider(stack: GuardedStack, browser: requests.Session) -> None:
    assert requests.get(f"{stack.url}/sign-in", timeout=20).text.count(f"{START}?next=") == 1
