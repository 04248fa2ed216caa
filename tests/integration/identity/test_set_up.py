"""The first administrator comes in by a one-time link of this start, and `stackroom-admin` where nobody can sign in."""

import io
import threading

import pytest
from sqlalchemy import Engine, text

from identity import admin as command
from identity import migrate
from tests.support.identity.door import PASSWORD, Door, code_of, secret_of
from tests.support.identity.settings import ACTOR_KEY, PEPPER

SET_UP = "/api/identity/set-up"
GONE = (410, "link_gone")
NEW = "a staple for every battery"
PUBLIC_URL = "https://books.example/stackroom"
PAGES = {"set-up": "set-up", "add-user": "choose-password", "reset-password": "choose-password"}


class Admin:
    """The command with the settings of the tests; gives its status and what it printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch

    def __call__(self, *words: str, typed: str = "") -> tuple[int, str, str]:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        self._capsys.readouterr()
        status = command.main(list(words))
        out, err = self._capsys.readouterr()
        return status, out.strip(), err.strip()

    def secret(self, *words: str) -> str:
        """Of the link that this command prints."""
        status, link, _ = self(*words)
        assert (status, link.rpartition("#")[0]) == (0, f"{PUBLIC_URL}/{PAGES[words[0]]}")
        return link.rpartition("#")[2]


@pytest.fixture
def stackroom_admin(uri: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Admin:
    for name, value in (("ACTOR_KEY", ACTOR_KEY.reveal()), ("TOKEN_PEPPERS", PEPPER.reveal())):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SQLALCHEMY_DATABASE_URI", uri)
    monkeypatch.setenv("PUBLIC_URL", f"{PUBLIC_URL}/")
    return Admin(capsys, monkeypatch)


@pytest.fixture
def empty(door: Door, engine: Engine) -> Door:
    with engine.connect() as connection:
        connection.execute(text("DELETE FROM identity.users"))
    return door


def body(link: str, **more: str) -> dict[str, str]:
    return {"link": link, "name": "root", "password": PASSWORD, **more}


def test_first_administrator_comes_in_by_the_link_once(empty: Door, stackroom_admin: Admin) -> None:
    link = stackroom_admin.secret("set-up")
    answer = empty.send("POST", SET_UP, json=body(link))
    assert (answer.status_code, answer.get_json()["role"]) == (201, "admin")
    assert empty.who(session=secret_of(answer)).get_json()["name"] == "root"
    assert code_of(empty.send("POST", SET_UP, json=body(link, name="other"))) == GONE


def test_there_is_no_link_where_there_is_an_administrator(door: Door, stackroom_admin: Admin) -> None:
    assert stackroom_admin("set-up") == (0, "", "there is an administrator already, who makes all other users")


def test_link_of_an_earlier_start_is_over(empty: Door, stackroom_admin: Admin) -> None:
    links = [stackroom_admin.secret("set-up") for _ in range(2)]
    assert code_of(empty.send("POST", SET_UP, json=body(links[0]))) == GONE
    assert empty.send("POST", SET_UP, json=body(links[1])).status_code == 201


def test_link_is_over_when_the_stack_starts_anew(
    empty: Door, stackroom_admin: Admin, capsys: pytest.CaptureFixture[str]
) -> None:
    link = stackroom_admin.secret("set-up")
    assert migrate.main() == 0
    assert "there is no administrator yet: `stackroom-admin set-up`" in capsys.readouterr().err
    assert code_of(empty.send("POST", SET_UP, json=body(link))) == GONE


def test_link_lives_for_a_quarter_of_an_hour(empty: Door, stackroom_admin: Admin, engine: Engine) -> None:
    link = stackroom_admin.secret("set-up")
    with engine.connect() as connection:
        left = connection.execute(text("SELECT extract(epoch FROM expires_at - now()) FROM identity.link")).scalar_one()
        assert 14 * 60 < left <= 15 * 60
        connection.execute(text("UPDATE identity.link SET expires_at = expires_at - interval '15 minutes'"))
    assert code_of(empty.send("POST", SET_UP, json=body(link))) == GONE


def test_only_one_of_many_who_use_the_link_at_once_is_administrator(empty: Door, stackroom_admin: Admin) -> None:
    link = stackroom_admin.secret("set-up")
    codes: list[int] = []

    def use(number: int) -> None:
        codes.append(empty.send("POST", SET_UP, json=body(link, name=f"root-{number}")).status_code)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [201, 410, 410, 410]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"password": "administrator"}, "password_common"),
        ({"password": "root root root"}, "password_common"),
        ({"password": "short"}, "password_too_short"),
        ({"name": "Жанна"}, "bad_user_name"),
    ],
)
def test_link_stays_when_what_was_chosen_is_not_taken(
    empty: Door, stackroom_admin: Admin, more: dict[str, str], code: str
) -> None:
    link = stackroom_admin.secret("set-up")
    assert code_of(empty.send("POST", SET_UP, json=body(link, **more))) == (400, code)
    assert empty.send("POST", SET_UP, json=body(link)).status_code == 201


def test_user_is_made_and_listed(door: Door, stackroom_admin: Admin) -> None:
    assert stackroom_admin("add-user", "Ann", "--role", "editor", typed=f"{PASSWORD}\n")[0] == 0
    assert door.sign_in("ann").get_json()["role"] == "editor"
    link = stackroom_admin.secret("add-user", "bob", "--role", "reader", "--link")
    assert door.send("POST", "/api/identity/password/link", json={"link": link, "password": NEW}).status_code == 200
    stackroom_admin.secret("add-user", "eve", "--role", "reader", "--link")
    listed = stackroom_admin("users")[1].splitlines()
    assert listed[1:4] == ["ann\teditor\tmay sign in", "bob\treader\tmay sign in", "editor\teditor\tmay sign in"]
    assert "eve\treader\thas no password yet" in listed


def test_administrator_who_is_locked_out_comes_in_again(door: Door, stackroom_admin: Admin, engine: Engine) -> None:
    session = door.session_of("admin")
    with engine.connect() as connection:
        connection.execute(
            text("UPDATE identity.users SET is_disabled = true, password_hash = NULL WHERE name = 'admin'")
        )
    assert door.sign_in("admin").status_code == 401
    assert stackroom_admin("reset-password", "admin", typed=f"{NEW}\n")[0] == 0
    assert door.sign_in("admin", NEW).status_code == 200
    assert code_of(door.who(session=session)) == (401, "session_over")


def test_lost_password_is_chosen_anew_by_a_link(door: Door, stackroom_admin: Admin) -> None:
    link = stackroom_admin.secret("reset-password", "editor", "--link")
    assert door.send("POST", "/api/identity/password/link", json={"link": link, "password": NEW}).status_code == 200
    assert door.sign_in("editor", NEW).status_code == 200


def test_role_is_changed_and_sessions_end(door: Door, stackroom_admin: Admin) -> None:
    session = door.session_of("reader")
    assert stackroom_admin("set-role", "reader", "admin")[0] == 0
    assert code_of(door.who(session=session)) == (401, "session_over")
    assert door.sign_in("reader").get_json()["role"] == "admin"


def test_user_from_a_provider_that_is_gone_becomes_a_local_one(
    door: Door, stackroom_admin: Admin, engine: Engine
) -> None:
    with engine.connect() as connection:
        connection.execute(
            text(
                "INSERT INTO identity.login SELECT 'https://gone.example', '7', id FROM identity.users"
                " WHERE name = 'editor'"
            )
        )
    session = door.session_of("editor")
    assert "no password here" in stackroom_admin("reset-password", "editor", "--link")[2]
    assert stackroom_admin("make-local", "editor")[0] == 0
    assert code_of(door.who(session=session)) == (401, "session_over")
    assert stackroom_admin("reset-password", "editor", typed=f"{NEW}\n")[0] == 0
    assert door.sign_in("editor", NEW).status_code == 200


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("reset-password", "nobody"), f"{NEW}\n", "no such user"),
        (("make-local", "nobody"), "", "no such user"),
        (("make-local", "editor"), "", "editor is a local user already"),
        (("reset-password", "Жанна"), f"{NEW}\n", "1 to 64 of a-z"),
        (("reset-password", "editor"), "short\n", "at least 12"),
        (("reset-password", "editor"), "", "at least 12"),
        (("add-user", "editor", "--role", "admin"), f"{NEW}\n", "is a user 'editor' already"),
        (("set-role", "admin", "reader"), "", "no administrator"),
    ],
)
def test_what_cannot_be_is_one_line_and_changes_nothing(
    door: Door, stackroom_admin: Admin, words: tuple[str, ...], typed: str, said: str
) -> None:
    status, out, err = stackroom_admin(*words, typed=typed)
    assert (status, out) == (1, "")
    assert said in err
    assert "\n" not in err
    assert NEW not in err
    assert {door.sign_in(name).status_code for name in ("editor", "admin")} == {200}


def test_command_without_a_database_says_so(stackroom_admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLALCHEMY_DATABASE_URI", "postgresql+psycopg2://somebody:pass-word@127.0.0.1:1/none")
    status, _, err = stackroom_admin("users")
    assert (status, err) == (1, "the database does not answer as it should: OperationalError")
