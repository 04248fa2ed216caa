"""What pages show before any script runs: answers of the services, or why there is none."""

import dataclasses
from typing import Any

from stackroom_kit.problems import Problem
from ui.proxy.upstream import Upstream

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
