"""Pages of who is there: sign-in, one-time links, the own account, users, and programs that want to be let in."""

from collections.abc import Callable
from typing import Any

import msgspec
from flask import Blueprint, Response, render_template

from stackroom_kit.rights import Right
from ui.access.current import current_actor
from ui.pages.reading import read_as
from ui.pages.sign_in import SignInPage, to_sign_in
from ui.proxy.upstream import Upstream

Page = tuple[str, int] | Response
ME = "/api/identity/me"


class Me(msgspec.Struct, frozen=True):
    """What the gateway does not know of whoever calls it."""

    is_from_provider: bool


def _by_link(name: str) -> Callable[[], Page]:
    """The secret of the link stands behind a #, which no browser sends and no log gets to see."""
    return lambda: (render_template("by_link.html", is_first=name == "set_up"), 200)


def _own(template: str, right: Right | None = None, more: Callable[[], dict[str, Any]] = dict) -> Callable[[], Page]:
    """For whoever signed in, with ``right`` where there is one. ``more`` is what the template is told."""

    def page() -> Page:
        if not current_actor().is_somebody:  # who may look without having signed in
            return to_sign_in()
        if right and right not in current_actor().rights:
            return render_template("forbidden.html", needed=right), 403
        return render_template(template, **more()), 200

    return page


def _pages(identity: Upstream) -> dict[str, tuple[str, Callable[[], Page]]]:
    """Path and view by the name of the endpoint."""

    def origin() -> dict[str, Any]:
        return {"is_from_provider": read_as(Me, identity, ME).is_from_provider}

    return {
        "sign_in": ("/sign-in", SignInPage(identity)),
        "signed_out": ("/signed-out", SignInPage(identity, is_out=True)),
        "set_up": ("/set-up", _by_link("set_up")),
        "choose_password": ("/choose-password", _by_link("choose_password")),
        "account": ("/account", _own("account.html", more=origin)),
        "users": ("/users", _own("users.html", "admin")),
        "device": ("/device", _own("device.html")),
    }


def add_account_pages(blueprint: Blueprint, identity: Upstream | None) -> None:
    """Where nobody is asked who he is there is no identity, and none of them."""
    for name, (path, page) in _pages(identity).items() if identity else ():
        blueprint.add_url_rule(path, name, page)
