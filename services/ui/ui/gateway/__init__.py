"""The gateway proper: a WSGI layer around the pages, thin because every call of the API passes through it."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from stackroom_kit.disk_room import temporary_room
from ui.gateway.entrance import Entrance, KnownHosts
from ui.gateway.front import Front
from ui.gateway.proxy import BodyLimits, Proxy
from ui.gateway.route_table import RouteTable
from ui.gateway.routes import ROUTES
from ui.gateway.turns import Turns
from ui.gateway.upstream import Upstream
from ui.settings import Settings


def install_gateway(app: Flask, settings: Settings, upstreams: Mapping[str, Upstream]) -> None:
    pages: Any = app.wsgi_app
    limits = BodyLimits(settings.max_json_bytes, settings.max_body_bytes, settings.max_media_bytes)
    uploads = max(1, settings.upstream_connections * 3 // 4)
    turns = Turns(f"ui-{settings.ui_port}", settings.intake_slots)
    proxy = Proxy(upstreams, limits, temporary_room(settings.min_free_bytes), uploads, turns)
    front = Front(settings.root_path, settings.trusted_networks)
    known = KnownHosts(settings.host_names, settings.trusted_names, front)
    app.wsgi_app = Entrance(RouteTable(ROUTES), proxy, pages, known)  # type: ignore[method-assign]
