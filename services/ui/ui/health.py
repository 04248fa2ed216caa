"""``/api/health`` says that the gateway answers, ``/api/health/ready`` how every part behind it is."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from stackroom_kit.problems import Problem
from ui.proxy.upstream import Upstream

CHECK_SECONDS = 3.0


def part_state(upstream: Upstream) -> dict[str, Any]:
    """``{"status": "ok"|"down", "parts": {...}}``; ``reason`` where the service itself is away."""
    try:
        _, body = upstream.read_json("/health/ready", CHECK_SECONDS)
    except Problem as problem:
        return {"status": "down", "reason": problem.code}
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
