"""Which call takes which right, derived from the apps themselves, and what somebody gets who makes it."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator

import requests
from flask import Flask

from stackroom_kit.actor import BEARER
from stackroom_kit.api import declared_calls
from stackroom_kit.rights import Needed
from ui.access.pages import OPEN

# What is not there is enough: rights are asked for first.
VALUES = {"row": "7000000", "uuid": "00000000-0000-0000-0000-000000000000", "file": f"{'a' * 64}.mp4"}
ADDED = ("HEAD", "OPTIONS")  # by Flask itself, to the calls that there are
# Pages of the gateway that need more than to read.
PAGES: dict[str, Needed] = {"/account": "somebody", "/device": "somebody", "/users": "admin"}
OPENED, SIGN_IN, REFUSED = "open", "sign in", "refused"


@dataclasses.dataclass(frozen=True)
class Route:
    """``right`` None: nothing is needed."""

    method: str
    path: str
    right: Needed | None

    @property
    def is_own_change(self) -> bool:
        """Whether it may end the session or the token that makes it."""
        return self.right in {None, "somebody", "session"} and self.method not in {"GET", *ADDED}

    @property
    def is_page(self) -> bool:
        return not self.path.startswith("/api/")

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclasses.dataclass(frozen=True)
class Caller:
    """``session`` is a new one of requests each time, signed in or with a token; ``rights`` are those of the calls."""

    url: str
    session: Callable[[], requests.Session]
    rights: tuple[Needed, ...] = ()
    is_somebody: bool = True
    is_token: bool = False

    def expected(self, route: Route) -> str:
        if route.is_page and route.right is not None and "reader" not in self.rights:
            return f"{REFUSED}: reader" if self.is_somebody else SIGN_IN
        own = {None: True, "somebody": self.is_somebody, "session": self.is_somebody and not self.is_token}
        if own.get(route.right, route.right in self.rights):
            return OPENED
        if not self.is_somebody:
            return SIGN_IN
        return REFUSED if route.is_page or route.right == "session" else f"{REFUSED}: {route.right}"


def path_of(rule: str) -> str:
    """With values for its parameters that lead to nothing that is there."""
    return re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>", lambda found: VALUES.get(found[1] or found[2], "ab1"), rule)


def routes_of(app: Flask) -> Iterator[Route]:
    """Those that clients reach. OPTIONS of a path is that of its first call, and runs no view."""
    is_gateway, adapter = app.name == "ui", app.url_map.bind("localhost")
    rules = [rule for rule in app.url_map.iter_rules() if is_gateway or rule.rule.startswith("/api/")]
    for method, path in {(method, path_of(rule.rule)) for rule in rules for method in rule.methods or ()}:
        endpoint, _values = adapter.match(path, method)
        yield Route(method, path, _right_of(app, endpoint, "" if method == "OPTIONS" else path))


def _right_of(app: Flask, endpoint: str, path: str) -> Needed | None:
    declared = declared_calls(app)
    if endpoint in declared:
        return declared[endpoint].right
    return None if endpoint in OPEN else PAGES.get(path, "reader")


def seen(answer: requests.Response) -> str:
    challenge = answer.headers.get("WWW-Authenticate", "")
    scope = re.fullmatch(rf'{BEARER}, error="insufficient_scope", scope="(.+)"', challenge)
    if answer.status_code == 401 and challenge == BEARER:
        return SIGN_IN
    if answer.status_code == 303 and "/sign-in?back=" in answer.headers["Location"]:
        return SIGN_IN
    if answer.status_code == 403:
        return f"{REFUSED}: {scope[1]}" if scope else REFUSED
    return OPENED if answer.status_code not in {401, 500} else f"{answer.status_code} {answer.text[:200]}"


def wrong_answers(caller: Caller, routes: Iterable[Route]) -> dict[str, tuple[str, str]]:
    """What is seen and expected, of the calls where they differ."""
    found = {}
    session = caller.session()
    for route in sorted(routes, key=lambda one: (one.is_own_change, str(one))):
        answer = session.request(route.method, caller.url + route.path, timeout=20, allow_redirects=False)
        if seen(answer) != caller.expected(route):
            found[str(route)] = seen(answer), caller.expected(route)
        if route.is_own_change and answer.ok:  # it may have ended what it was made with
            session = caller.session()
    return found
