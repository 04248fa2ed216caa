"""Users, as administrators make and change them, and the links by which they come in."""

import threading

import msgspec
import pytest
from sqlalchemy import Engine, text

from stackroom_kit.actor import Actor
from stackroom_kit.rights import ROLES, Role
from tests.support.identity.door import PASSWORD, Door, code_of, secret_of

USERS, BY_LINK, SET_UP = "/api/identity/users", "/api/identity/password/link", "/api/identity/set-up"
WHOSE = f"{BY_LINK}/user"
OVER, GONE = (401, "session_over"), (410, "link_gone")


@pytest.fixture
def admin(door: Door) -> str:
    return door.session_of("admin")


def id_of(door: Door, admin: str, name: str) -> str:
    items = door.send("GET", USERS, admin).get_json()["items"]
    return next(str(one["id"]) for one in items if one["name"] == name)


def test_new_user_chooses_a_password_and_is_in(door: Door, admin: str) -> None:
    made = door.send("POST", USERS, admin, json={"name": "Ann@Example.org", "role": "editor", "full_name": " Анна "})
    assert made.status_code == 201
    body = made.get_json()
    assert (body["user"]["name"], body["user"]["full_name"], body["hours"]) == ("ann@example.org", "Анна", 24)
    assert not body["user"]["has_password"]
    answer = door.send("POST", BY_LINK, json={"link": body["link"], "password": PASSWORD})
    assert door.who(session=secret_of(answer)).get_json()["role"] == "editor"
    assert door.sign_in("ann@example.org").status_code == 200
    assert code_of(door.send("POST", BY_LINK, json={"link": body["link"], "password": PASSWORD})) == GONE


def test_link_stays_when_the_password_was_not_taken(door: Door, admin: str) -> None:
    link = door.send("POST", USERS, admin, json={"name": "ann", "role": "reader"}).get_json()["link"]
    assert code_of(door.send("POST", BY_LINK, json={"link": link, "password": "short"})) == (400, "password_too_short")
    assert door.send("POST", BY_LINK, json={"link": link, "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize("link", ["", "x", "é" * 50, "A" * 43, "A" * 1024, "' OR true --"])
@pytest.mark.parametrize(("path", "more"), [(BY_LINK, {}), (SET_UP, {"name": "ann"})])
def test_link_that_nobody_got_is_gone(door: Door, admin: str, link: str, path: str, more: dict[str, str]) -> None:
    door.send("POST", USERS, admin, json={"name": "ann", "role": "reader"})
    assert code_of(door.send("POST", path, json={"link": link, "password": PASSWORD, **more})) == GONE


@pytest.mark.parametrize("link", ["", "é" * 50, "A" * 43])
def test_nobody_chooses_a_password_with_a_link_that_nobody_got(door: Door, link: str) -> None:
    assert code_of(door.send("POST", WHOSE, json={"link": link})) == GONE


def test_link_says_whose_password_it_is_and_stays(door: Door, admin: str) -> None:
    link = door.send("POST", USERS, admin, json={"name": "ann", "role": "reader"}).get_json()["link"]
    assert [door.send("POST", WHOSE, json={"link": link}).get_json() for _ in range(2)] == [{"name": "ann"}] * 2
    assert door.send("POST", BY_LINK, json={"link": link, "password": PASSWORD}).status_code == 200
    assert code_of(door.send("POST", WHOSE, json={"link": link})) == GONE


def test_link_of_a_user_makes_no_administrator(door: Door, admin: str, engine: Engine) -> None:
    link = door.send("POST", USERS, admin, json={"name": "ann", "role": "reader"}).get_json()["link"]
    with engine.connect() as connection:
        connection.execute(text("UPDATE identity.users SET is_disabled = true WHERE role = 'admin'"))
    assert code_of(door.send("POST", SET_UP, json={"link": link, "name": "eve", "password": PASSWORD})) == GONE
    assert door.send("POST", BY_LINK, json={"link": link, "password": PASSWORD}).status_code == 200


def test_newer_link_ends_an_older_one_and_sessions_end_with_a_new_password(door: Door, admin: str) -> None:
    session, user = door.session_of("reader"), id_of(door, admin, "reader")
    links = [door.send("POST", f"{USERS}/{user}/link", admin).get_json()["link"] for _ in range(2)]
    assert code_of(door.send("POST", BY_LINK, json={"link": links[0], "password": PASSWORD})) == GONE
    assert door.who(session=session).status_code == 200
    assert door.send("POST", BY_LINK, json={"link": links[1], "password": PASSWORD}).status_code == 200
    assert code_of(door.who(session=session)) == OVER


@pytest.mark.parametrize(
    "change", ["expires_at = now()", "user_id = (SELECT id FROM identity.users WHERE is_disabled)"]
)
def test_link_that_is_old_or_of_a_disabled_user_is_gone(door: Door, admin: str, engine: Engine, change: str) -> None:
    link = door.send("POST", USERS, admin, json={"name": "ann", "role": "reader"}).get_json()["link"]
    with engine.connect() as connection:
        connection.execute(text("UPDATE identity.users SET is_disabled = true WHERE name = 'operator'"))
        connection.execute(text(f"UPDATE identity.link SET {change}"))
    assert code_of(door.send("POST", WHOSE, json={"link": link})) == GONE
    assert code_of(door.send("POST", BY_LINK, json={"link": link, "password": PASSWORD})) == GONE


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "admin", "role": "reader"}, (409, "name_taken")),
        ({"name": "ADMIN", "role": "reader"}, (409, "name_taken")),
        ({"name": "аdmin", "role": "reader"}, (400, "bad_user_name")),  # its first letter is Cyrillic
        ({"name": "", "role": "reader"}, (400, "bad_user_name")),
        ({"name": "-x", "role": "reader"}, (400, "bad_user_name")),
        ({"name": "a b", "role": "reader"}, (400, "bad_user_name")),
        ({"name": "ann\n", "role": "reader"}, (400, "bad_user_name")),
        ({"name": "\u212a", "role": "reader"}, (400, "bad_user_name")),  # the sign of kelvin, whose small letter is k
        ({"name": "x" * 65, "role": "reader"}, (400, "wrong_body")),
        ({"name": "ann", "role": "reader", "full_name": "Ann\u202enimda"}, (400, "bad_text")),
        ({"name": "ann", "role": "reader", "full_name": "Ann\x07"}, (400, "bad_text")),
        ({"name": "ann", "role": "root"}, (400, "wrong_body")),
        ({"name": "ann", "role": "service"}, (400, "wrong_body")),
        ({"name": "ann"}, (400, "wrong_body")),
        ({"name": "ann", "role": "reader", "full_name": "x" * 201}, (400, "wrong_body")),
        ({"name": "ann", "role": "reader", "password": PASSWORD}, (400, "wrong_body")),
    ],
)
def test_user_that_cannot_be_is_refused(door: Door, admin: str, body: dict[str, str], code: tuple[int, str]) -> None:
    assert code_of(door.send("POST", USERS, admin, json=body)) == code
    assert door.send("GET", USERS, admin).get_json()["total"] == 4


@pytest.mark.parametrize("change", [{"role": "admin"}, {"role": "reader"}, {"is_disabled": True}])
def test_change_of_what_somebody_may_do_ends_his_sessions(door: Door, admin: str, change: dict[str, object]) -> None:
    session, user = door.session_of("operator"), id_of(door, admin, "operator")
    changed = door.send("PUT", f"{USERS}/{user}", admin, json=change).get_json()
    assert {name: changed[name] for name in change} == change
    assert code_of(door.who(session=session)) == OVER


def test_other_changes_leave_sessions_alone(door: Door, admin: str) -> None:
    session, user = door.session_of("operator"), id_of(door, admin, "operator")
    changed = door.send("PUT", f"{USERS}/{user}", admin, json={"full_name": "Оля", "role": "operator"}).get_json()
    assert changed["full_name"] == "Оля"
    assert door.send("PUT", f"{USERS}/{user}", admin, json={}).get_json() == changed
    assert door.send("PUT", f"{USERS}/{user}", admin, json={"full_name": None}).get_json()["full_name"] is None
    assert door.who(session=session).status_code == 200


def test_disabled_user_is_out_until_he_is_let_in_again(door: Door, admin: str) -> None:
    user = id_of(door, admin, "operator")
    door.send("PUT", f"{USERS}/{user}", admin, json={"is_disabled": True})
    assert code_of(door.sign_in("operator")) == (401, "wrong_credentials")
    door.send("PUT", f"{USERS}/{user}", admin, json={"is_disabled": False})
    assert door.sign_in("operator").status_code == 200


@pytest.mark.parametrize("change", [{"role": "reader"}, {"is_disabled": True}, {"role": "admin"}])
def test_nobody_changes_what_he_himself_may_do(door: Door, admin: str, change: dict[str, object]) -> None:
    path = f"{USERS}/{id_of(door, admin, 'admin')}"
    assert code_of(door.send("PUT", path, admin, json=change)) == (409, "own_account")
    assert door.send("PUT", path, admin, json={"full_name": "A"}).status_code == 200


def test_one_administrator_is_left_whoever_takes_whom_away_at_once(door: Door, admin: str) -> None:
    door.send("PUT", f"{USERS}/{id_of(door, admin, 'editor')}", admin, json={"role": "admin"})
    second = door.session_of("editor")
    ids = {name: id_of(door, admin, name) for name in ("admin", "editor")}
    calls = [(admin, ids["editor"]), (second, ids["admin"])]
    codes: list[int] = []
    started = threading.Barrier(2)

    def demote(session: str, user: str) -> None:
        actor = door.who(session=session).get_json()
        started.wait(10)
        answer = door.signed(_actor(actor), "PUT", f"{USERS}/{user}", json={"role": "reader"})
        codes.append(answer.status_code)

    threads = [threading.Thread(target=demote, args=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200, 409]


def _actor(body: dict[str, object]) -> Actor:
    return msgspec.convert(body, Actor)


def test_users_come_in_pages_by_name(door: Door, admin: str) -> None:
    first = door.send("GET", f"{USERS}?limit=3", admin).get_json()
    assert ([one["name"] for one in first["items"]], first["total"], first["next"]) == (
        ["admin", "editor", "operator"], 4, "operator"
    )  # fmt: skip
    second = door.send("GET", f"{USERS}?limit=3&after=operator", admin).get_json()
    assert ([one["name"] for one in second["items"]], second["next"]) == (["reader"], None)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "after=%00", "sort=name", "limit=1&limit=2", f"after={'x' * 65}"]
)
def test_wrong_query_is_refused(door: Door, admin: str, query: str) -> None:
    assert door.send("GET", f"{USERS}?{query}", admin).status_code == 400


def test_user_is_signed_out_everywhere(door: Door, admin: str) -> None:
    sessions, user = [door.session_of("reader") for _ in range(2)], id_of(door, admin, "reader")
    assert door.send("DELETE", f"{USERS}/{user}/sessions", admin).get_json() == {"status": "ended", "count": 2}
    assert {code_of(door.who(session=session)) for session in sessions} == {OVER}


NOBODY = "00000000-0000-0000-0000-000000000000"
CALLS = [
    ("GET", ""), ("POST", ""), ("GET", f"/{NOBODY}"), ("PUT", f"/{NOBODY}"), ("POST", f"/{NOBODY}/link"),
    ("DELETE", f"/{NOBODY}/sessions"),
]  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_users_are_for_administrators(door: Door, role: Role, method: str, path: str) -> None:
    answer = door.send(method, f"{USERS}{path}", door.session_of(role), json={})
    if role == "admin":
        assert answer.status_code == (404 if path else 200 if method == "GET" else 400)
    else:
        assert code_of(answer) == (403, "forbidden")
