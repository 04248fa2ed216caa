"""``/api/health`` says that the gateway answers, ``/api/health/ready`` how every part behind it is."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Flask
from urllib3.exceptions import HTTPError

from stackroom_kit.problems import Problem
from stackroom_kit.request_id import HEADER, current_request_id
from ui.proxy.upstream import Upstream

MAX_ANSWER_BYTES = 64 * 1024
CHECK_SECONDS = 3


def _read(upstream: Upstream) -> dict[str, Any]:
    """The service's own answer; Problem when it cannot be reached, ValueError when it makes no sense."""
    answer = upstream.send("GET", "/health/ready", {HEADER: current_request_id()}, None, read_seconds=CHECK_SECONDS)
    try:
        body = json.loads(answer.read(MAX_ANSWER_BYTES, decode_content=False))
    finally:
        answer.close()
    if not isinstance(body, dict):
        raise ValueError("not an object")  # noqa: TRY004 - the answer is wrong, not an argument
    return body


def part_state(upstream: Upstream) -> dict[str, Any]:
    """``{"status": "ok"|"down", "parts": {...}}``; ``reason`` where the service itself is away."""
    try:
        body = _read(upstream)
    except Problem as problem:
        return {"status": "down", "reason": problem.code}
    except (HTTPError, OSError, ValueError) as error:
        return {"status": "down", "reason": type(error).__name__}
    state: dict[str, Any] = {"status": "ok" if body.get("status") == "ok" else "down"}
    if isinstance(body.get("parts"), dict):
        state["parts"] = body["parts"]
    return state


def install_health(app: Flask, upstreams: Mapping[str, Upstream]) -> None:
    def ready() -> tuple[dict[str, Any], int]:
        services = {upstream.name: upstream for upstream in upstreams.values()}
        parts = {name: part_state(upstream) for name, upstream in sorted(services.items())}
        is_ready = all(part["status"] == "ok" for part in parts.values())
        return {"status": "ok" if is_ready else "down", "parts": parts}, 200 if is_ready else 503

    app.view_functions["health_ready"] = ready
    app.add_url_rule("/api/health", endpoint="health")
    app.add_url_rule("/api/health/ready", endpoint="health_ready")
