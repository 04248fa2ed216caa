"""A headless Chromium, and what every page must hold to: no console error, no other host, no accessibility fault."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from deploy.local.ports import LOOPBACK

# The first is the same engine without windows, and needs half the processor for a page.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# The list replaces Playwright's own, so it names again what matters of that: no word to any other host, no upgrade to
# https, an end without a question. The two for the omnibox, first, are pages that Chromium loads for every window: a
# third of what a page of ours costs.
DISABLED_FEATURES = (
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
    "AimEnabled", "NetworkTimeServiceQuerying", "OptimizationHints", "PreconnectToSearch", "MediaRouter",
    "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "ThirdPartyStoragePartitioning",
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "PaintHolding",
)  # fmt: skip
PUBLIC_NAME = "books.example"
FONTS = "fonts.googleapis.com"  # which the pages of oidc-provider ask for; nothing leaves this machine
# What Chromium says of every page there: it keeps windows apart for https and loopback alone.
PLAIN_HTTP = "The Cross-Origin-Opener-Policy header has been ignored"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", f"--disable-features={','.join(DISABLED_FEATURES)}",
    # A name that is no loopback one, as people have it: pages there are told apart by their Origin alone.
    f"--host-resolver-rules=MAP {PUBLIC_NAME} {LOOPBACK},MAP {FONTS} ~NOTFOUND",
]  # fmt: skip


def installed_chromium() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


PATIENCE_MS = 15_000  # of every wait that names none
expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def running_browser(program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Watched:
    """A page at ``base`` that notes console errors and requests to other hosts."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.base, self.errors, self.foreign = base, list[str](), list[str]()
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        context.on("request", lambda request: self._note_host(request.url))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(PLAIN_HTTP):
            self.errors.append(message.text)

    def _note_host(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(self.base).netloc:
            self.foreign.append(url)

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def accessibility_faults(self) -> list[str]:
        violations: list[dict[str, Any]] = Axe().run(self.page).response["violations"]
        return [f"{fault['id']}: {[node['html'] for node in fault['nodes']][:5]}" for fault in violations]

    def assert_quiet(self) -> None:
        assert self.foreign == []
        assert self.errors == [], self.errors


def tab_to(page: Page, element_id: str) -> None:
    tab_until(page, f"document.activeElement.id === {json.dumps(element_id)}")


def tab_until(page: Page, condition: str) -> None:
    """AssertionError when the keyboard never gets there."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(condition):
            return
    raise AssertionError(f"the keyboard never reaches: {condition}")
