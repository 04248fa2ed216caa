"""What pages show before any script runs: answers of the services, or why there is none."""

import dataclasses
from typing import Any, TypeVar

import msgspec

from stackroom_kit.problems import Problem
from ui.problems import IDENTITY_UNAVAILABLE
from ui.proxy.upstream import Upstream

T = TypeVar("T")
READ_SECONDS = 3.0


@dataclasses.dataclass(frozen=True)
class Reading:
    """``body`` of a good answer, else None; ``code`` says what is wrong; ``status`` 0 means no answer at all."""

    body: Any = None
    status: int = 0
    code: str = ""

    @property
    def items(self) -> list[Any]:
        return list(self.body["items"]) if self.body else []


def read(upstream: Upstream, target: str, seconds: float = READ_SECONDS) -> Reading:
    """One GET whose failure is something to show."""
    try:
        status, body = upstream.read_json(target, seconds)
    except Problem as problem:
        return Reading(code=problem.code)
    return Reading(body, status) if status == 200 else Reading(None, status, body.get("code", ""))


def read_as(kind: type[T], identity: Upstream, target: str) -> T:
    """What a page of who is there cannot do without. Problem 503 where identity does not say it."""
    try:
        return msgspec.convert(read(identity, target).body, kind)
    except msgspec.ValidationError:
        raise IDENTITY_UNAVAILABLE("Nobody can say now who you are, or how to sign in; try again.") from None
