"""What the gateway answers itself needs rights too: its calls those that they declare, its pages that of a reader."""

from flask import Flask, Response, g, request

from stackroom_kit.actor import LOCAL
from stackroom_kit.api import declared_calls
from stackroom_kit.authorization import authorize_call, require_rights
from ui.access.current import current_actor
from ui.pages.sign_in import to_sign_in
from ui.proxy.middleware import REFUSED

SIGN_IN = "sign_in"
# What whoever has not signed in needs to do so, and what says nothing of anybody's data.
OPEN = frozenset(
    {
        "static", "bootstrap.static", "preferences", f"pages.{SIGN_IN}", "pages.signed_out", "pages.set_up",
        "pages.choose_password", "health", "health_ready",
    }
)  # fmt: skip


def install_access(app: Flask, is_auth_on: bool) -> None:
    """A person who has not signed in is led to the page for that; everybody else gets a problem."""

    def check() -> Response | None:
        g.actor = current_actor() if is_auth_on else LOCAL
        endpoint = request.endpoint
        if not is_auth_on or endpoint is None or endpoint in OPEN:
            return None
        if REFUSED in request.environ:
            raise request.environ[REFUSED]
        if endpoint in declared_calls(app):
            authorize_call(app, endpoint)
            return None
        if not g.actor.is_somebody and "reader" not in g.actor.rights and _is_page():
            return to_sign_in()
        require_rights("reader")
        return None

    app.before_request(check)


def _is_page() -> bool:
    return request.method in {"GET", "HEAD"} and not request.path.startswith("/api/")
