"""Sessions: how long they live, when they are over, and that nobody ends those of others."""

import pytest
from sqlalchemy import Engine, text

from identity.sessions import MAX_SESSIONS
from tests.support.identity.door import PASSWORD, Door, code_of, secret_of

SESSIONS = "/api/identity/sessions"
OVER = (401, "session_over")
NEW = "a staple for every battery"


def change(engine: Engine, statement: str) -> None:
    with engine.connect() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "secret", ["", "x", "A" * 43, "é" * 43, "\U0001f992" * 60, "A" * 1000, "' OR true --", "\\x00", "sr1_a_b"]
)
def test_cookie_that_nobody_got_is_no_session(door: Door, secret: str) -> None:
    door.session_of("reader")
    answer = door.who(session=secret)
    if secret:
        assert code_of(answer) == OVER
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="stackroom", error="invalid_token"'
    else:
        assert answer.get_json()["kind"] == "anonymous"


@pytest.mark.parametrize(
    "age",
    [
        "used_at = now() - interval '481 minutes'",
        "expires_at = now() - interval '1 second'",
        # Made while the clock of the database was ahead: it would live until then, used or not.
        "created_at = now() + interval '1 year', used_at = now() + interval '1 year', expires_at = now() + '1 year'",
    ],
)
def test_session_ends_when_it_is_idle_or_old(door: Door, engine: Engine, age: str) -> None:
    secret = door.session_of("reader")
    change(engine, f"UPDATE identity.session SET {age}")
    assert code_of(door.who(session=secret)) == OVER
    assert door.send("GET", SESSIONS, door.session_of("reader")).get_json()["total"] == 1


def test_use_keeps_a_session_alive_and_is_noted_once_a_minute(door: Door, engine: Engine) -> None:
    secret = door.session_of("reader")
    change(engine, "UPDATE identity.session SET used_at = now() - interval '479 minutes'")
    assert door.who(session=secret).status_code == 200
    first = used_at(engine)
    for _ in range(20):
        door.who(session=secret)
    assert used_at(engine) == first


def used_at(engine: Engine) -> object:
    with engine.connect() as connection:
        return connection.execute(text("SELECT used_at, xmin::text FROM identity.session")).one()


def test_noting_a_use_waits_for_nobody(door: Door, engine: Engine) -> None:
    secret = door.session_of("reader")
    change(engine, "UPDATE identity.session SET used_at = now() - interval '2 minutes'")
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as other, other.begin():
        other.execute(text("SELECT 1 FROM identity.session FOR UPDATE"))
        assert door.who(session=secret).status_code == 200


def test_own_sessions_are_listed_and_the_one_at_hand_marked(door: Door) -> None:
    door.send(
        "POST", "/api/identity/session", json={"name": "reader", "password": PASSWORD}, headers={"User-Agent": "Й" * 10}
    )
    secret = door.session_of("reader")
    door.session_of("editor")
    listed = door.send("GET", SESSIONS, secret).get_json()
    assert (listed["total"], [one["is_this"] for one in listed["items"]].count(True)) == (2, True)
    assert {one["address"] for one in listed["items"]} == {"10.0.0.1"}
    assert secret not in str(listed)


def test_others_are_ended_and_this_one_stays(door: Door) -> None:
    old, other, secret = door.session_of("reader"), door.session_of("editor"), door.session_of("reader")
    assert door.send("DELETE", SESSIONS, secret).get_json() == {"status": "ended", "count": 1}
    assert code_of(door.who(session=old)) == OVER
    assert door.who(session=secret).status_code == door.who(session=other).status_code == 200


def test_one_session_is_ended_by_its_owner_alone(door: Door) -> None:
    mine, others = door.session_of("reader"), door.session_of("editor")
    ids = {
        name: door.who(session=secret).get_json()["credential"] for name, secret in (("mine", mine), ("others", others))
    }
    assert code_of(door.send("DELETE", f"{SESSIONS}/{ids['others']}", mine)) == (404, "not_found")
    answer = door.send("DELETE", f"{SESSIONS}/{ids['mine']}", mine)
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert code_of(door.who(session=mine)) == OVER
    assert door.who(session=others).status_code == 200


@pytest.mark.parametrize("wrong", ["1", "no-id", "é", "00000000-0000-0000-0000-00000000000g"])
def test_id_that_can_be_none_is_not_found(door: Door, wrong: str) -> None:
    path = f"{SESSIONS}/{wrong}".encode().decode("latin-1")
    assert door.send("DELETE", path, door.session_of("reader")).status_code in (401, 404)


def test_oldest_session_goes_for_a_new_one(door: Door, engine: Engine) -> None:
    first = door.session_of("reader")
    for _ in range(MAX_SESSIONS):
        door.session_of("reader")
    assert code_of(door.who(session=first)) == OVER
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM identity.session")).scalar() == MAX_SESSIONS


def test_new_password_ends_all_other_sessions_and_gives_this_one_a_new_cookie(door: Door) -> None:
    other, mine = door.session_of("reader"), door.session_of("reader")
    answer = door.send("PUT", "/api/identity/password", mine, json={"old_password": PASSWORD, "password": NEW})
    assert door.who(session=secret_of(answer)).status_code == 200
    assert {code_of(door.who(session=secret)) for secret in (other, mine)} == {OVER}
    assert code_of(door.sign_in("reader")) == (401, "wrong_credentials")
    assert door.sign_in("reader", NEW).status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("wrong horse battery", NEW, (401, "wrong_credentials")),
        (PASSWORD, "short", (400, "password_too_short")),
        (PASSWORD, "password1234", (400, "password_common")),
        (PASSWORD, "x y" * 100, (400, "password_too_long")),
    ],
)
def test_password_is_changed_for_a_good_one_by_who_knows_the_old_one(
    door: Door, old: str, new: str, code: tuple[int, str]
) -> None:
    mine = door.session_of("reader")
    assert (
        code_of(door.send("PUT", "/api/identity/password", mine, json={"old_password": old, "password": new})) == code
    )
    assert door.who(session=mine).status_code == 200
    assert door.sign_in("reader").status_code == 200


def test_stolen_session_is_no_way_to_find_the_password(door: Door) -> None:
    mine = door.session_of("reader")
    body = {"old_password": "wrong horse battery", "password": NEW}
    codes = [code_of(door.send("PUT", "/api/identity/password", mine, json=body))[0] for _ in range(8)]
    assert codes == [401] * 5 + [429] * 3


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/identity/me"), ("PUT", "/api/identity/password"), ("GET", SESSIONS), ("DELETE", SESSIONS),
        ("GET", "/api/identity/tokens"), ("POST", "/api/identity/tokens"), ("GET", "/api/identity/users"),
    ],
)  # fmt: skip
def test_nobody_has_nothing_of_his_own(door: Door, method: str, path: str) -> None:
    assert code_of(door.send(method, path)) == (401, "sign_in_needed")
