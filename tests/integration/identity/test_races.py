"""What is changed while a password is being looked at: nobody comes in by what does not hold any more."""

import threading
from collections.abc import Callable

import pytest
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import Connection, Engine, create_engine, text

from identity import links, sessions, stored_passwords, users
from identity.passwords import Passwords, Verdict
from tests.support.identity.door import PASSWORD, Door, code_of, secret_of
from tests.support.identity.settings import CHEAP
from tests.support.servers.locks import waiting_for_locks
from tests.support.waiting import wait_until

OWN_PASSWORD, BY_LINK, USERS = "/api/identity/password", "/api/identity/password/link", "/api/identity/users"
NEW, NEWEST = "a staple for every battery", "the newest of all batteries"
WRONG, GONE = (401, "wrong_credentials"), (410, "link_gone")
Change = Callable[[Connection, users.User], object]
Meanwhile = Callable[[Change], None]


def another_password(connection: Connection, user: users.User) -> None:
    stored_passwords.choose(connection, user.id, Passwords(1, CHEAP).hashed(NEWEST))
    sessions.end_all(connection, user.id)


def disabled(connection: Connection, user: users.User) -> None:
    users.change(connection, user, is_disabled=True)


CHANGES = {"another password": another_password, "disabled": disabled}


@pytest.fixture
def meanwhile(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Has an administrator change the editor once, behind the next look at a password."""
    check = Passwords.check
    waiting: list[Change] = []

    def change() -> None:
        if waiting:
            with engine.begin() as connection:
                waiting.pop()(connection, users.find_by_name(connection, "editor"))

    def checked_then_changed(self: Passwords, *given: object, **more: object) -> Verdict:
        verdict = check(self, *given, **more)  # type: ignore[arg-type]
        change()
        return verdict

    monkeypatch.setattr(Passwords, "check", checked_then_changed)
    return waiting.append


@pytest.mark.parametrize("what", CHANGES)
def test_nobody_comes_in_by_a_password_that_is_over(
    door: Door, engine: Engine, meanwhile: Meanwhile, what: str
) -> None:
    meanwhile(CHANGES[what])
    assert code_of(door.sign_in("editor")) == WRONG
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM identity.session")).scalar() == 0


def test_old_hash_that_is_made_anew_takes_no_newer_password_away(door: Door, uri: str, meanwhile: Meanwhile) -> None:
    real = Door.to(uri, RFC_9106_LOW_MEMORY)
    meanwhile(another_password)
    assert code_of(real.sign_in("editor")) == WRONG
    assert real.sign_in("editor", NEWEST).status_code == 200


@pytest.mark.parametrize("what", CHANGES)
def test_stolen_session_does_not_undo_a_reset(door: Door, meanwhile: Meanwhile, what: str) -> None:
    """Whoever has a session and the old password is as quick as the administrator."""
    stolen = door.session_of("editor")
    meanwhile(CHANGES[what])
    body = {"old_password": PASSWORD, "password": NEW}
    assert code_of(door.send("PUT", OWN_PASSWORD, stolen, json=body)) == WRONG
    assert code_of(door.sign_in("editor", NEW)) == WRONG


@pytest.mark.parametrize("how", ["changed", "reset", "disabled"])
def test_link_of_before_is_over_with_a_newer_password_or_without_its_user(door: Door, engine: Engine, how: str) -> None:
    with engine.begin() as connection:
        editor = users.find_by_name(connection, "editor")
        link = links.make_password_link(connection, editor.id)
    if how == "changed":
        body = {"old_password": PASSWORD, "password": NEW}
        assert door.send("PUT", OWN_PASSWORD, door.session_of("editor"), json=body).status_code == 200
    else:
        with engine.begin() as connection:
            CHANGES["another password" if how == "reset" else how](connection, editor)
            users.change(connection, editor, is_disabled=False)
    assert code_of(door.send("POST", BY_LINK, json={"link": link, "password": "one more horse battery"})) == GONE


def test_link_that_is_used_while_another_one_is_made_keeps_nobody_waiting_for_ever(
    door: Door, uri: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both take the same locks in the same order: else PostgreSQL would have to end one of them."""
    with engine.begin() as connection:
        editor = users.find_by_name(connection, "editor")
        link = links.make_password_link(connection, editor.id)
    other, hashed = create_engine(uri), Passwords.hashed
    threads: list[threading.Thread] = []
    made: list[str] = []

    def reset() -> None:
        with other.begin() as connection:
            users.lock_admins(connection)
            users.change(connection, users.find_by_name(connection, "editor"), is_disabled=False)
            made.append(links.make_password_link(connection, editor.id))

    def hashed_while_somebody_waits(self: Passwords, password: str) -> str:
        threads.append(threading.Thread(target=reset))
        threads[0].start()
        wait_until(lambda: waiting_for_locks(engine) or not threads[0].is_alive(), 10)
        return hashed(self, password)

    monkeypatch.setattr(Passwords, "hashed", hashed_while_somebody_waits)
    assert door.send("POST", BY_LINK, json={"link": link, "password": NEW}).status_code == 200
    threads[0].join(20)
    other.dispose()
    assert len(made) == 1
    assert code_of(door.send("POST", BY_LINK, json={"link": link, "password": NEW})) == GONE


def test_invited_administrator_who_never_came_is_not_the_last_one(door: Door, engine: Engine) -> None:
    admin = door.session_of("admin")
    for name in ("invited", "second"):
        made = door.send("POST", USERS, admin, json={"name": name, "role": "admin"}).get_json()
    second = secret_of(door.send("POST", BY_LINK, json={"link": made["link"], "password": NEW}))
    by_name = {one["name"]: one["id"] for one in door.send("GET", USERS, admin).get_json()["items"]}
    body = {"role": "reader"}
    assert door.send("PUT", f"{USERS}/{by_name['admin']}", second, json=body).status_code == 200
    with engine.begin() as connection:
        left = users.find_by_name(connection, "second")
        with pytest.raises(Exception, match="no administrator"):
            users.change(connection, left, role="reader")
