"""``/api/health`` says that the gateway answers, ``/api/health/ready`` how every part behind it is."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from flask import Flask, Response
from msgspec import UNSET, Meta, UnsetType

from stackroom_kit.api import Api, json_answer, json_of
from stackroom_kit.problems import Problem
from ui.proxy.upstream import Upstream

CHECK_SECONDS = 3.0
State = Literal["ok", "down"]


class Alive(msgspec.Struct):
    status: Literal["ok"]


class Part(msgspec.Struct):
    status: State
    reason: Annotated[str | UnsetType, Meta(description="Why the service itself is away.")] = UNSET
    parts: Annotated[dict[str, Any] | UnsetType, Meta(description="What it needs, as it says itself.")] = UNSET


class Readiness(msgspec.Struct):
    status: State
    parts: dict[str, Part]


def part_state(upstream: Upstream) -> Part:
    try:
        _, body = upstream.read_json("/health/ready", CHECK_SECONDS)
    except Problem as problem:
        return Part("down", reason=problem.code)
    parts = body.get("parts")
    return Part("ok" if body.get("status") == "ok" else "down", parts=parts if isinstance(parts, dict) else UNSET)


def install_health(app: Flask, upstreams: Mapping[str, Upstream]) -> None:
    api = Api("state", __name__, "/api/health", takes_any_query=True)

    @api.call("GET", "", right=None, answers={200: json_of(Alive, "It does.")})
    def health() -> Response:
        """Whether the gateway answers."""
        return json_answer(Alive("ok"))

    @api.call(
        "GET",
        "/ready",
        right=None,
        answers={200: json_of(Readiness, "All is well."), 503: json_of(Readiness, "Something is not.")},
    )
    def health_ready() -> Response:
        """How the gateway and all that is behind it are."""
        services = {upstream.name: upstream for upstream in upstreams.values()}
        parts = {name: part_state(upstream) for name, upstream in sorted(services.items())}
        is_ready = all(part.status == "ok" for part in parts.values())
        return json_answer(Readiness("ok" if is_ready else "down", parts), 200 if is_ready else 503)

    app.view_functions["health_ready"] = health_ready
    app.register_blueprint(api)
