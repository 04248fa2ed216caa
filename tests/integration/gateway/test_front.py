"""What a client or an environment says of prefixes and hosts where no proxy is trusted: it counts for nothing."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.gateway.process import running_gateway
from tests.support.gateway.raw_http import exchange
from tests.support.gateway.scripted_upstream import ScriptedUpstream
from tests.support.servers.services import running_service

HOSTILE = "/evil"
FORGED = {
    "SCRIPT_NAME": HOSTILE, "Script-Name": HOSTILE, "PATH_INFO": HOSTILE, "X-Script-Name": HOSTILE,
    "X-Forwarded-Prefix": HOSTILE, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https",
    "X-Forwarded-Path": HOSTILE,
}  # fmt: skip


@pytest.fixture
def upstream() -> Iterator[ScriptedUpstream]:
    upstream = ScriptedUpstream()
    yield upstream
    upstream.close()


@pytest.mark.parametrize("settings", [{}, {"SCRIPT_NAME": HOSTILE}], ids=["header", "header and environment"])
def test_foreign_script_name_changes_nothing(
    upstream: ScriptedUpstream, tmp_path: Path, settings: Mapping[str, str]
) -> None:
    with running_gateway(tmp_path, upstream.url, upstream.url, settings) as (url, _):
        for name, value in [("X-Nothing", ""), *FORGED.items()]:
            page = exchange(url, "GET", "/groups", {name: value})
            assert (page.status, HOSTILE.encode() in page.body) == (200, False), name
            assert exchange(url, "GET", "/api/groups/", {name: value}).status == 200, name
        assert {request.target for request in upstream.received if "groups" in request.target} == {"/api/groups/"}
        assert not any("x-forwarded-prefix" in request.headers for request in upstream.received)
        assert exchange(url, "GET", f"{HOSTILE}/groups").status == 404


def test_foreign_script_name_is_no_fault_of_a_service(tmp_path: Path) -> None:
    database = {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/register", "SCRIPT_NAME": HOSTILE}
    with running_service("catalog.wsgi:app", tmp_path, database, ready_path="/health") as (url, _):
        for name in ("SCRIPT_NAME", "PATH_INFO", "X-Forwarded-Proto"):
            assert exchange(url, "GET", "/health", {name: HOSTILE}).status == 200, name


def test_prefix_is_told_to_services_and_may_arrive_or_not(upstream: ScriptedUpstream, tmp_path: Path) -> None:
    with running_gateway(tmp_path, upstream.url, upstream.url, {"ROOT_PATH": "/stack/room"}) as (url, _):
        for path in ("/stack/room/api/groups/", "/api/groups/"):
            assert exchange(url, "GET", path).status == 200
        assert [(one.target, one.headers["x-forwarded-prefix"]) for one in upstream.received] == [
            ("/api/groups/", "/stack/room")
        ] * 2
        assert b'href="/stack/room/imports"' in exchange(url, "GET", "/stack/room").body
        assert exchange(url, "GET", "/stack/roomy").status == 404
