"""What pages show before any script runs: answers of the services, or why there is none."""

import dataclasses
import json
from typing import Any

from urllib3.exceptions import HTTPError

from stackroom_kit.problems import Problem
from stackroom_kit.request_id import HEADER, current_request_id
from ui.proxy.upstream import Upstream

READ_SECONDS = 3.0
MAX_ANSWER_BYTES = 4 * 1024 * 1024


@dataclasses.dataclass(frozen=True)
class Reading:
    """``body`` of a good answer, else None; ``code`` says what is wrong; ``status`` 0 means no answer at all."""

    body: Any = None
    status: int = 0
    code: str = ""

    @property
    def items(self) -> list[Any]:
        return list(self.body["items"]) if self.body else []


def read(upstream: Upstream, target: str) -> Reading:
    """One GET whose failure is something to show."""
    headers = {HEADER: current_request_id(), "Accept": "application/json"}
    try:
        answer = upstream.send("GET", target, headers, None, read_seconds=READ_SECONDS)
    except Problem as problem:
        return Reading(code=problem.code)
    try:
        body = json.loads(answer.read(MAX_ANSWER_BYTES, decode_content=False))
    except (HTTPError, OSError, ValueError):
        return Reading(code="bad_upstream_answer")
    finally:
        answer.close()
    if answer.status == 200 and isinstance(body, dict):
        return Reading(body, 200)
    return Reading(None, answer.status, body.get("code", "") if isinstance(body, dict) else "")
