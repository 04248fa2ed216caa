"""The gateway's application, built step by step."""

from flask import Flask

from stackroom_kit.settings import read_settings
from stackroom_kit.web import install
from ui.access.pages import install_access
from ui.docs import install_docs
from ui.events import install_events
from ui.health import install_health
from ui.pages import install_pages
from ui.proxy import install_proxy
from ui.proxy.upstreams import make_upstreams
from ui.settings import Settings
from ui.translations import install_translations


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or read_settings(Settings)
    settings.require_decision()
    upstreams = make_upstreams(settings)
    app = Flask("ui")
    install(app, "ui", settings, checks={})
    install_access(app, settings.is_auth_on)
    install_health(app, upstreams)
    install_translations(app)
    install_pages(app, upstreams, settings.max_body_bytes)
    install_events(app, upstreams)
    install_docs(app, upstreams)
    install_proxy(app, settings, upstreams)
    return app
