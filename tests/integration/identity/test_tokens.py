"""API tokens: shown once, no more than their owners may, and over when they should be."""

import re
import threading

import pytest
from sqlalchemy import Engine, text

from stackroom_kit.settings import Secret
from stackroom_kit.token_form import API_TOKEN
from tests.support.identity.door import TOKENS, Door, code_of
from tests.support.identity.settings import PEPPER

OTHER_PEPPER = "2:" + "another-pepper-" * 3


def test_token_made_by_the_call_works_and_is_shown_once(door: Door) -> None:
    session = door.session_of("editor")
    token = door.make_token(session, scopes=["editor", "reader"])
    assert re.fullmatch(API_TOKEN.pattern, token)
    me = door.send("GET", "/api/identity/me", token=token).get_json()
    assert (me["name"], me["kind"], me["rights"]) == ("editor", "token", ["reader", "editor"])
    listed = door.send("GET", TOKENS, session)
    assert token not in listed.text
    assert token[-38:] not in listed.text
    assert listed.get_json()["items"][0]["key"] == token.split("_")[1]


def test_token_counts_where_there_is_a_cookie_too(door: Door) -> None:
    session = door.session_of("admin")
    token = door.make_token(session)
    assert door.who(session=session, token=token).get_json()["kind"] == "token"


@pytest.mark.parametrize(
    ("scopes", "lacking"), [(["admin"], ["admin"]), (["reader", "editor", "admin"], ["editor", "admin"])]
)
def test_token_may_do_no_more_than_its_owner(door: Door, scopes: list[str], lacking: list[str]) -> None:
    answer = door.send("POST", TOKENS, door.session_of("operator"), json={"name": "ci", "scopes": scopes})
    assert code_of(answer) == (403, "scopes_too_wide")
    assert [one["detail"] for one in answer.get_json()["errors"]] == [
        f"You do not have {one!r} yourself." for one in lacking
    ]


def test_token_loses_what_its_owner_loses_and_gets_it_back(door: Door, engine: Engine) -> None:
    token = door.make_token(door.session_of("editor"), scopes=["reader", "editor"])
    for role, rights in (("operator", ["reader"]), ("admin", ["reader", "editor"])):
        with engine.connect() as connection:
            connection.execute(text("UPDATE identity.users SET role = :role WHERE name = 'editor'"), {"role": role})
        assert door.who(token=token).get_json()["rights"] == rights


def test_token_can_make_no_other_one(door: Door) -> None:
    token = door.make_token(door.session_of("admin"), scopes=["reader", "operator", "editor", "admin"])
    for method, path in (("POST", TOKENS), ("GET", TOKENS), ("GET", "/api/identity/sessions")):
        assert code_of(door.send(method, path, token=token, json={})) == (403, "session_needed")
    assert door.send("GET", "/api/identity/users", token=token).status_code == 200


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE identity.token SET expires_at = now() - interval '1 second'", "token_expired"),
        ("UPDATE identity.token SET revoked_at = now()", "token_revoked"),
        ("UPDATE identity.users SET is_disabled = true", "unknown_token"),
        ("UPDATE identity.token SET digest = 'x'", "unknown_token"),
        ("UPDATE identity.token SET pepper_id = 'gone'", "unknown_token"),
        ("DELETE FROM identity.users", "unknown_token"),
    ],
)
def test_token_that_is_over_is_refused(door: Door, engine: Engine, change: str, code: str) -> None:
    token = door.make_token(door.session_of("reader"))
    with engine.connect() as connection:
        connection.execute(text(change))
    answer = door.who(token=token)
    assert code_of(answer) == (401, code)
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="stackroom", error="invalid_token"'
    assert token[5:] not in answer.text


@pytest.mark.parametrize("wrong", ["x", "sr1_", "Bearer", "٠" * 55, "x" * 1024, "sr1_' OR 1=1"])
def test_text_that_is_no_token_costs_no_query(door: Door, engine: Engine, wrong: str) -> None:
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as other, other.begin():
        other.execute(text("LOCK identity.token IN ACCESS EXCLUSIVE MODE"))  # whoever asks now would wait
        assert code_of(door.who(token=wrong)) == (401, "malformed_token")


def test_revoked_token_is_refused_at_once_on_every_replica(door: Door, uri: str) -> None:
    session = door.session_of("reader")
    token, other = door.make_token(session), Door.to(uri)
    assert other.who(token=token).status_code == 200
    (listed,) = door.send("GET", TOKENS, session).get_json()["items"]
    for _ in range(2):
        assert door.send("DELETE", f"{TOKENS}/{listed['id']}", session).get_json() == {"status": "revoked"}
    assert code_of(other.who(token=token)) == (401, "token_revoked")
    assert door.send("GET", TOKENS, session).get_json()["items"][0]["revoked_at"] is not None


def test_token_is_taken_back_by_its_owner_alone(door: Door) -> None:
    mine, others = door.session_of("reader"), door.session_of("editor")
    token = door.make_token(mine)
    (listed,) = door.send("GET", TOKENS, mine).get_json()["items"]
    assert door.send("GET", TOKENS, others).get_json() == {"items": [], "total": 0}
    assert code_of(door.send("DELETE", f"{TOKENS}/{listed['id']}", others)) == (404, "not_found")
    assert door.who(token=token).status_code == 200


@pytest.mark.parametrize(
    ("networks", "address", "is_allowed"),
    [
        ([], "203.0.113.9", True),
        (["10.0.0.0/8"], "10.200.0.1", True),
        (["10.0.0.0/8"], "11.0.0.1", False),
        (["192.0.2.7", "2001:db8::/32"], "2001:db8:1::1", True),
        (["192.0.2.7", "2001:db8::/32"], "192.0.2.8", False),
        (["192.0.2.7"], "::ffff:192.0.2.7", True),
        (["::ffff:192.0.2.7"], "192.0.2.7", True),
        (["::ffff:192.0.2.0/120"], "192.0.2.8", True),
        (["::ffff:192.0.2.0/120"], "192.0.3.8", False),
        (["192.0.2.7"], "", False),
        (["0.0.0.0/0"], "no address", False),
    ],
)
def test_token_is_used_from_its_networks_alone(door: Door, networks: list[str], address: str, is_allowed: bool) -> None:
    token = door.make_token(door.session_of("reader"), networks=networks)
    answer = door.elsewhere(address).who(token=token)
    assert answer.status_code == 200 if is_allowed else code_of(answer) == (401, "token_from_elsewhere")


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"days": 0}, (400, "bad_expiry"), "/days"),
        ({"days": 366}, (400, "bad_expiry"), "/days"),
        ({"days": 10**30}, (400, "bad_expiry"), "/days"),
        ({"days": "7"}, (400, "wrong_body"), "/days"),
        ({"scopes": []}, (400, "wrong_body"), "/scopes"),
        ({"scopes": ["root"]}, (400, "wrong_body"), "/scopes/0"),
        ({"scopes": ["service"]}, (400, "wrong_body"), "/scopes/0"),
        ({"scopes": ["reader"] * 7}, (400, "wrong_body"), "/scopes"),
        ({"name": ""}, (400, "wrong_body"), "/name"),
        ({"name": "x" * 101}, (400, "wrong_body"), "/name"),
        ({"name": "\u202etoken"}, (400, "bad_text"), "/name"),
        ({"name": "a\nb"}, (400, "bad_text"), "/name"),
        ({"name": "\x1b[2J"}, (400, "bad_text"), "/name"),
        ({"name": " \u2009 "}, (400, "bad_text"), "/name"),
        ({"networks": ["10.0.0.1/8"]}, (400, "bad_network"), "/networks/0"),
        ({"networks": ["fe80::1%eth0"]}, (400, "bad_network"), "/networks/0"),
        ({"networks": [""]}, (400, "bad_network"), "/networks/0"),
        ({"networks": ["::/0", "all"]}, (400, "bad_network"), "/networks/1"),
        ({"networks": ["::/0"] * 21}, (400, "wrong_body"), "/networks"),
        ({"owner": "admin"}, (400, "wrong_body"), ""),
    ],
)
def test_token_that_cannot_be_is_refused(
    door: Door, body: dict[str, object], code: tuple[int, str], pointer: str
) -> None:
    session = door.session_of("admin")
    answer = door.send("POST", TOKENS, session, json={"name": "ci", "scopes": ["reader"], **body})
    assert code_of(answer) == code
    assert [one["pointer"] for one in answer.get_json()["errors"]] == [pointer]
    assert door.send("GET", TOKENS, session).get_json()["total"] == 0


def test_scopes_are_kept_once_and_in_order(door: Door) -> None:
    session = door.session_of("admin")
    door.make_token(session, scopes=["editor", "reader", "editor"])
    assert door.send("GET", TOKENS, session).get_json()["items"][0]["scopes"] == ["reader", "editor"]


def test_two_peppers_work_at_once(door: Door, uri: str) -> None:
    session = door.session_of("reader")
    old = door.make_token(session)
    changing = Door.to(uri, token_peppers=Secret(f"{OTHER_PEPPER},1:{PEPPER.reveal()}"))
    new = changing.make_token(session)
    assert {changing.who(token=token).status_code for token in (old, new)} == {200}
    after = Door.to(uri, token_peppers=Secret(OTHER_PEPPER))
    assert after.who(token=new).status_code == 200
    assert code_of(after.who(token=old)) == (401, "unknown_token")


def test_use_is_noted_at_most_once_a_minute(door: Door, engine: Engine) -> None:
    token = door.make_token(door.session_of("reader"))
    threads = [threading.Thread(target=lambda: [door.who(token=token) for _ in range(25)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        first = connection.execute(text("SELECT last_used_at, xmin::text FROM identity.token")).one()
        for _ in range(20):
            door.who(token=token)
        assert connection.execute(text("SELECT last_used_at, xmin::text FROM identity.token")).one() == first
        assert first[0] is not None
