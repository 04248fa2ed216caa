"""One whole stack and one browser for all tests here; each test has a fresh profile."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser

from deploy.local.servers import PostgresServer, RedisServer
from tests.support.browser import Watched, installed_chromium, running_browser
from tests.support.load_page import FILE
from tests.support.servers import fresh_database, fresh_redis
from tests.support.whole_stack import WholeStack, running_whole_stack


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = installed_chromium()
    if program is None:
        pytest.skip("no chromium is installed (apt-get install chromium)")
    with running_browser(program) as browser:
        yield browser


@pytest.fixture(scope="session")
def stack(
    postgres_server: PostgresServer, tables: str, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WholeStack]:
    with (
        fresh_database(postgres_server, tables) as uri,
        running_whole_stack(tmp_path_factory.mktemp("whole"), uri, fresh_redis(redis_server)) as stack,
    ):
        yield stack


@pytest.fixture
def visit(browser: Browser, stack: WholeStack) -> Iterator[Callable[..., Watched]]:
    """Opens a fresh profile: ``visit(language="en", width=360, scheme="dark")``."""
    with ExitStack() as contexts:

        def visit(language: str = "ru", width: int = 1200, scheme: str = "light", script: bool = True) -> Watched:
            context = browser.new_context(
                viewport={"width": width, "height": 800},
                color_scheme="dark" if scheme == "dark" else "light",
                java_script_enabled=script,
                accept_downloads=True,
            )
            contexts.callback(context.close)
            context.add_cookies([{"name": "language", "value": language, "url": stack.url}])
            return Watched(context, stack.url)

        yield visit


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Four groups as a spreadsheet saves them, two of which are wrong."""
    path = tmp_path / "группы.csv"
    path.write_bytes(FILE.encode("cp1251"))
    return path


@pytest.fixture
def empty_register(stack: WholeStack) -> Iterator[None]:
    """For tests that fill it: no group is left afterwards."""
    yield
    for item in requests.get(f"{stack.url}/api/groups/", timeout=10).json()["items"]:
        requests.delete(f"{stack.url}/api/groups/{item['id']}", timeout=10)
