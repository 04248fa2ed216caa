"""Beside a provider: which passwords are taken, and the local administrator as the way in while it is away."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.support.identity.door import PASSWORD, code_of
from tests.support.identity.provider import LyingProvider, Reply
from tests.support.identity.sign_on import Visitor, problem_of

MakeVisitor = Callable[..., Visitor]


@pytest.mark.parametrize("mode", ["on", "break_glass", "off"])
def test_options_say_which_ways_there_are(make_visitor: MakeVisitor, mode: str) -> None:
    door = make_visitor(local_sign_in=mode, oidc_button="Corp").door
    answer = door.send("GET", "/api/identity/sign-in-options").get_json()
    assert answer == {"password": mode != "off", "oidc": {"button": "Corp"}}


def test_without_a_provider_there_is_no_sign_on(visitor: Visitor, module_door: Any) -> None:
    assert module_door.send("GET", "/api/identity/sign-in-options").get_json() == {"password": True, "oidc": None}
    for method, path in (("GET", "/start"), ("GET", "/callback"), ("POST", "/back-channel-logout")):
        answer = module_door.send(method, f"/api/identity/oidc{path}", data={} if method == "POST" else None)
        assert code_of(answer) == (404, "not_found")


def test_administrator_comes_in_by_password_while_the_provider_is_away(
    make_visitor: MakeVisitor, provider: LyingProvider
) -> None:
    visitor = make_visitor(local_sign_in="break_glass")
    provider.lies.replies["/.well-known/openid-configuration"] = Reply(503)
    answer = visitor.door.send("GET", "/api/identity/oidc/start")
    assert problem_of(answer) == "oidc_away"
    assert visitor.door.sign_in("admin").status_code == 200
    for name in ("reader", "operator", "editor"):
        assert code_of(visitor.door.sign_in(name)) == (401, "wrong_credentials")


def test_wrong_tries_of_strangers_do_not_lock_the_administrator_out(make_visitor: MakeVisitor) -> None:
    door = make_visitor(local_sign_in="break_glass").door
    assert door.sign_in("admin").status_code == 200
    for number in range(60):
        door.address = f"10.9.{number}.1"
        door.sign_in("admin", "a guess of somebody")
    assert code_of(door.sign_in("admin", "another guess")) == (429, "too_many_tries")
    door.address = "10.0.0.1"
    assert door.sign_in("admin", PASSWORD).status_code == 200


def test_password_is_refused_by_the_server_where_it_is_off(make_visitor: MakeVisitor, engine: Engine) -> None:
    door = make_visitor(local_sign_in="off").door
    link = {"link": "x", "password": PASSWORD}
    for path, body in (
        ("/session", {"name": "admin", "password": PASSWORD}),
        ("/password/link", link),
        ("/password/link/user", {"link": "x"}),
        ("/set-up", {**link, "name": "eve"}),
    ):
        answer = door.send("POST", f"/api/identity{path}", json=body)
        assert code_of(answer) == (403, "password_login_off")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM identity.session")).scalar() == 0


def test_link_for_a_password_is_no_way_round_break_glass(visitor: Visitor, make_visitor: MakeVisitor) -> None:
    admin = visitor.door.session_of("admin")
    made = visitor.door.send("POST", "/api/identity/users", admin, json={"name": "eve", "role": "editor"}).get_json()
    body = {"link": made["link"], "password": "a staple for every battery"}
    door = make_visitor(local_sign_in="break_glass").door
    whose = door.send("POST", "/api/identity/password/link/user", json={"link": made["link"]})
    assert code_of(whose) == (403, "password_login_off")
    assert code_of(door.send("POST", "/api/identity/password/link", json=body)) == (403, "password_login_off")
    assert visitor.door.send("POST", "/api/identity/password/link", json=body).status_code == 200


def test_user_of_the_provider_gets_no_password(visitor: Visitor) -> None:
    visitor.sign_in()
    path = f"/api/identity/users/{visitor.users()['ann']['id']}/link"
    assert code_of(visitor.door.send("POST", path, visitor.door.session_of("admin"))) == (409, "from_provider")


def test_administrator_of_the_provider_is_not_the_last_one(visitor: Visitor, provider: LyingProvider) -> None:
    provider.person["groups"] = ["it"]
    visitor.sign_in()
    local = visitor.users()["admin"]["id"]
    body = {"role": "reader"}
    answer = visitor.door.send("PUT", f"/api/identity/users/{local}", visitor.session, json=body)
    assert code_of(answer) == (409, "last_admin")
