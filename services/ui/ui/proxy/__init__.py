"""The gateway proper: a WSGI layer around the pages, thin because every call of the API passes through it."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from stackroom_kit.disk_room import temporary_room
from ui.access.authenticator import Authenticator
from ui.access.identity_client import IdentityClient
from ui.proxy.forwarding import BodyLimits, Forwarder
from ui.proxy.middleware import Gateway, KnownHosts
from ui.proxy.trusted_proxies import TrustedProxies
from ui.proxy.turns import Turns
from ui.proxy.upstream import Upstream
from ui.proxy.upstreams import identity_upstream
from ui.settings import Settings


def install_proxy(app: Flask, settings: Settings, upstreams: Mapping[str, Upstream]) -> None:
    pages: Any = app.wsgi_app
    limits = BodyLimits(settings.max_json_bytes, settings.max_body_bytes, settings.max_media_bytes)
    uploads = max(1, settings.upstream_connections * 3 // 4)
    turns = Turns(f"ui-{settings.ui_port}", settings.turns_at_once)
    forwarder = Forwarder(upstreams, limits, temporary_room(settings.min_free_bytes), uploads, turns)
    proxies = TrustedProxies(settings.root_path, settings.trusted_networks)
    known = KnownHosts(settings.host_names, settings.trusted_names, proxies)
    app.wsgi_app = Gateway(forwarder, pages, known, _authenticator(settings))  # type: ignore[method-assign]


def _authenticator(settings: Settings) -> Authenticator | None:
    """None where nobody is asked who he is."""
    if not settings.is_auth_on:
        return None
    return Authenticator(IdentityClient(identity_upstream(settings)), settings.anonymous_role)
