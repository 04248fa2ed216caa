"""An identity that says what a test tells it to, and what the gateway makes of it."""

import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from stackroom_kit.actor import Actor
from stackroom_kit.problems import Problem
from stackroom_kit.rights import rights_of
from stackroom_kit.token_form import API_TOKEN
from ui.access.authenticator import Authenticator
from ui.access.credentials import Credential
from ui.access.current import current_actor
from ui.access.identity_client import GATEWAY, IdentityClient
from ui.problems import UPSTREAM_TIMEOUT

ANN = Actor("7", "ann", "user", "editor", rights_of("editor"), "s", "10.0.0.1")
COOKIE, TOKEN = Credential("s" * 43, "", "10.0.0.1"), Credential("", API_TOKEN.new_token(), "10.0.0.1")
Said = tuple[int, dict[str, Any]]
YES: Said = (200, msgspec.to_builtins(ANN))
NO: Said = (401, {"code": "token_revoked", "detail": "It was taken back."})
AWAY = UPSTREAM_TIMEOUT("The identity did not answer in time.")


class Identity:
    """Says what it is told to, and notes what it was asked, and how long the gateway would wait."""

    def __init__(self) -> None:
        self.said: Said | Problem | Callable[[], Said] = YES
        self.asked: list[dict[str, str]] = []
        self.patience: list[float] = []

    def ask_json(self, target: str, body: dict[str, str], seconds: float) -> Said:
        assert (target, current_actor()) == ("/internal/authenticate", GATEWAY)
        self.asked.append(body)
        self.patience.append(seconds)
        if isinstance(self.said, Problem):
            raise self.said
        return self.said() if callable(self.said) else self.said


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def authenticator_of(identity: Any, anonymous: Any = None, clock: Any = time.monotonic, **more: Any) -> Authenticator:
    return Authenticator(IdentityClient(identity, clock, **more), anonymous, clock)


def stranger() -> Credential:
    return Credential("", API_TOKEN.new_token(), "")


def code_of(call: Callable[[], Actor]) -> tuple[int, str]:
    with pytest.raises(Problem) as caught:
        call()
    return caught.value.status, caught.value.code
