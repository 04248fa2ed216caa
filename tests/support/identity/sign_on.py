"""A browser between identity and a provider."""

import dataclasses
from typing import Any
from urllib.parse import parse_qsl, urlencode

from werkzeug.http import parse_cookie
from werkzeug.test import TestResponse

from stackroom_kit.settings import Secret
from tests.support.identity.door import Door
from tests.support.identity.provider import CLIENT_ID, CLIENT_SECRET, LyingProvider, Query

SITE = "https://stackroom.example"
START, CALLBACK = "/api/identity/oidc/start", "/api/identity/oidc/callback"
LOGOUT = "/api/identity/oidc/back-channel-logout"
SIGN_ON = "stackroom-sign-on"
ROLE_MAP = "librarians=editor,it=admin,readers=reader"


def sign_on_settings(provider: LyingProvider, **more: Any) -> dict[str, Any]:
    return {
        "public_url": SITE,
        "oidc_issuer": provider.address,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": Secret(CLIENT_SECRET),
        "oidc_role_map": ROLE_MAP,
        **more,
    }


def sign_on_environ(provider: LyingProvider) -> dict[str, str]:
    """The same for a process of its own."""
    return {
        "PUBLIC_URL": SITE,
        "OIDC_ISSUER": provider.address,
        "OIDC_CLIENT_ID": CLIENT_ID,
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "OIDC_ROLE_MAP": ROLE_MAP,
    }


def cookies_of(answer: TestResponse) -> dict[str, str]:
    """Those that were set, by their names; empty texts for those that are over."""
    pairs = [line.partition(";")[0] for line in answer.headers.getlist("Set-Cookie")]
    return {name: value for pair in pairs for name, value in parse_cookie(pair).items()}


def problem_of(answer: TestResponse) -> str:
    """The code with which the sign-in page is shown."""
    assert answer.status_code == 303, answer.text
    page, _, query = answer.headers["Location"].partition("?")
    assert page == "/sign-in"
    return dict(parse_qsl(query, strict_parsing=True))["problem"]


@dataclasses.dataclass
class Visitor:
    """``kept`` is the cookie of a sign-in on its way, ``session`` that of one that is done."""

    door: Door
    provider: LyingProvider
    kept: str = ""
    session: str = ""

    @property
    def shown(self) -> str:
        """To the gateway a session that is over is nobody."""
        return self.session if self.me() else ""

    def start(self, back: str = "/imports") -> str:
        """The address at the provider."""
        answer = self.door.send("GET", f"{START}?{urlencode({'next': back})}", self.shown)
        assert answer.status_code == 303, answer.text
        self.kept = cookies_of(answer)[SIGN_ON]
        return answer.headers["Location"]

    def come_back(self, answer: Query | str) -> TestResponse:
        query = answer if isinstance(answer, str) else urlencode(answer)
        headers = {"Cookie": f"{SIGN_ON}={self.kept}"} if self.kept else {}
        came = self.door.send("GET", f"{CALLBACK}{'?' if query else ''}{query}", self.shown, headers=headers)
        self.session = cookies_of(came).get("stackroom", self.session)
        return came

    def sign_in(self, back: str = "/imports") -> TestResponse:
        return self.come_back(self.provider.authorize(self.start(back)))

    def me(self) -> dict[str, Any] | None:
        answer = self.door.send("GET", "/api/identity/me", self.session)
        return answer.get_json() if answer.status_code == 200 else None

    def users(self) -> dict[str, dict[str, Any]]:
        """By their names, as an administrator sees them."""
        items = self.door.send("GET", "/api/identity/users", self.door.session_of("admin")).get_json()["items"]
        return {one["name"]: one for one in items}

    def sign_out(self) -> dict[str, Any]:
        found: dict[str, Any] = self.door.send("DELETE", "/api/identity/session", self.shown).get_json()
        return found

    def log_out_by_provider(self, logout_token: str) -> TestResponse:
        return self.door.send("POST", LOGOUT, data={"logout_token": logout_token})
