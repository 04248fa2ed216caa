"""The gateway proper: a WSGI layer around the pages, thin because every call of the API passes through it."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from stackroom_kit.disk_room import temporary_room
from ui.access.authenticator import Authenticator
from ui.access.questions import Questions
from ui.proxy.forwarding import BodyLimits, Forwarder
from ui.proxy.middleware import Gateway, KnownHosts
from ui.proxy.trusted_proxies import TrustedProxies
from ui.proxy.turns import Turns
from ui.proxy.upstream import Upstream
from ui.proxy.upstreams import questions_of
from ui.settings import Settings


def install_proxy(app: Flask, settings: Settings, upstreams: Mapping[str, Upstream]) -> None:
    pages: Any = app.wsgi_app
    limits = BodyLimits(settings.max_json_bytes, settings.max_body_bytes, settings.max_media_bytes)
    uploads = max(1, settings.upstream_connections * 3 // 4)
    turns = Turns(f"ui-{settings.ui_port}", settings.turns_at_once)
    forwarder = Forwarder(upstreams, limits, temporary_room(settings.min_free_bytes), uploads, turns)
    proxies = TrustedProxies(settings.root_path, settings.trusted_networks)
    known = KnownHosts(settings.host_names, settings.trusted_names, proxies)
    who = Authenticator(Questions(questions_of(settings)), settings.anonymous_role) if settings.is_auth_on else None
    app.wsgi_app = Gateway(forwarder, pages, known, who)  # type: ignore[method-assign]
