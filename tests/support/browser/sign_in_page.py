"""Signing in on the page, as a person does, and being led there."""

from playwright.sync_api import Page

from tests.support.browser.chromium import Watched
from tests.support.stacks.guarded import PASSWORD
from tests.support.waiting import wait_until


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
