"""The whole stack with AUTH=on, in place of the one that asks nobody."""

from collections.abc import Callable

import pytest

from tests.support.browser.chromium import Watched
from tests.support.stacks.guarded import GuardedStack


@pytest.fixture(scope="session")
def stack(run_guarded_stack: Callable[..., GuardedStack]) -> GuardedStack:
    return run_guarded_stack()


@pytest.fixture
def visit_as(visit: Callable[..., Watched], stack: GuardedStack) -> Callable[..., Watched]:
    """A fresh profile with a session of this user: ``visit_as("editor", language="en")``.

    By a call, which takes a tenth of the time of the sign-in page.
    """

    def visited(name: str, **options: object) -> Watched:
        watched = visit(**options)
        cookies = stack.sign_in(name).cookies.get_dict().items()
        watched.page.context.add_cookies(
            [{"name": one, "value": value, "url": watched.base, "httpOnly": True} for one, value in cookies]
        )
        return watched

    return visited


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
