"""One whole stack and one browser for all tests here; each test has a fresh profile."""

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browser.chromium import Watched, installed_chromium, running_browser
from tests.support.browser.load_page import FILE
from tests.support.stacks.whole import WholeStack


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = installed_chromium()
    if program is None:
        pytest.skip("no chromium is installed (apt-get install chromium-headless-shell, or chromium)")
    with running_browser(program) as browser:
        yield browser


@pytest.fixture(scope="session")
def stack(run_whole_stack: Callable[..., WholeStack]) -> WholeStack:
    """Its catalog has resources that nobody but the tests knows: pages owe them all that they owe the others."""
    return run_whole_stack(catalog_app="tests.support.catalog.cabinets:served()")


@pytest.fixture
def profile(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Opens a fresh profile at an address: ``profile(url, language="en", width=360, scheme="dark")``."""
    with ExitStack() as contexts:

        def opened(
            base: str, language: str = "ru", width: int = 1200, scheme: str = "light", script: bool = True
        ) -> Watched:
            context = browser.new_context(
                viewport={"width": width, "height": 800},
                color_scheme="dark" if scheme == "dark" else "light",
                java_script_enabled=script,
                accept_downloads=True,
            )
            contexts.callback(context.close)
            context.add_cookies([{"name": "language", "value": language, "url": base}])
            return Watched(context, base)

        yield opened


@pytest.fixture
def visit(profile: Callable[..., Watched], stack: WholeStack) -> Callable[..., Watched]:
    """Opens a fresh profile at the stack: ``visit(language="en")``."""
    return functools.partial(profile, stack.url)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Four groups as a spreadsheet saves them, two of which are wrong."""
    path = tmp_path / "группы.csv"
    path.write_bytes(FILE.encode("cp1251"))
    return path
