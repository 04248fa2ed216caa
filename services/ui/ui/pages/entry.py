"""Pages by which people come in, and that of what is a person's own; there are none where nobody signs in."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ui.pages.preferences import own_path
from ui.pages.reading import read
from ui.proxy.routes import IDENTITY
from ui.proxy.upstream import Upstream


def role_texts() -> dict[str, str]:
    """Roles, and rights by the same words."""
    return {"reader": _("reader"), "operator": _("operator"), "editor": _("editor"), "admin": _("administrator")}


class EntryPages:
    def __init__(self, identity: Upstream | None) -> None:
        self._identity = identity

    def sign_in(self) -> str:
        return self._entry(_("Sign in"), _("Sign in"), "session", back=own_path(request.args.get("back", "/")))

    def set_up(self) -> str:
        """The secret of the link stands behind the #, which no browser sends."""
        return self._entry(_("The first administrator"), _("Make account"), "set-up", needs_link=True)

    def password(self) -> str:
        return self._entry(_("Choose a password"), _("Save"), "password/link", needs_link=True)

    def _entry(self, title: str, action: str, path: str, back: str = "/", needs_link: bool = False) -> str:
        if self._identity is None:
            abort(404)
        needs_name = path != "password/link"
        texts = {"title": title, "action": action, "path": path, "needs_link": needs_link, "needs_name": needs_name}
        return render_template("entry.html", **texts, entry_back=back.removeprefix("/"))

    def account(self) -> str | Response:
        if self._identity is None:
            abort(404)
        if g.actor.kind != "user":
            return redirect(f"{request.script_root}/sign-in?back=/account", 303)
        given: dict[str, Any] = {name: read(self._identity, f"/api/identity/{name}") for name in ("tokens", "sessions")}
        return render_template("account.html", **given)


def add_entry_pages(blueprint: Blueprint, upstreams: Mapping[str, Upstream]) -> None:
    pages = EntryPages(upstreams.get(IDENTITY))
    views: dict[str, Callable[[], Any]] = {
        "sign-in": pages.sign_in,
        "set-up": pages.set_up,
        "password": pages.password,
        "account": pages.account,
    }
    for path, view in views.items():
        blueprint.add_url_rule(f"/{path}", path.replace("-", "_"), view)
