"""Device authorization: a program gets a token of whoever says yes, once, and of nobody else."""

import re
import threading
from typing import Any

import pytest
from sqlalchemy import Engine, text

from identity.devices import MOST_OF_NETWORK
from stackroom_kit.token_form import API_TOKEN
from tests.support.identity.door import PASSWORD, Door, code_of

DEVICE, SESSIONS = "/api/identity/device", "/api/identity/sessions"


def begun(door: Door, client: str = "stackroom on box") -> dict[str, Any]:
    answer = door.send("POST", DEVICE, json={"client": client})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def asked(door: Door, device: dict[str, Any]) -> Any:
    return door.send("POST", f"{DEVICE}/token", json={"device_code": device["device_code"]})


def decided(door: Door, session: str, device: dict[str, Any], *, is_allowed: bool = True, **more: Any) -> Any:
    body = {"is_allowed": is_allowed, **more}
    return door.send("POST", f"{DEVICE}/{device['user_code']}", session, json=body)


def forget_when_asked(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("UPDATE identity.device SET asked_at = NULL"))


def test_program_gets_a_token_of_who_says_yes_and_only_once(door: Door, engine: Engine) -> None:
    device, session = begun(door), door.session_of("editor")
    assert re.fullmatch(r"[A-Z]{4}-[A-Z]{4}", device["user_code"])
    assert device["verification_uri"] == "/device"
    assert device["verification_uri_complete"] == f"/device?code={device['user_code']}"
    assert code_of(asked(door, device)) == (400, "authorization_pending")
    shown = door.send("GET", f"{DEVICE}/{device['user_code'].lower().replace('-', '')}", session).get_json()
    assert (shown["client"], shown["address"]) == ("stackroom on box", door.address)
    assert decided(door, session, device).status_code == 200
    forget_when_asked(engine)
    answer = asked(door, device)
    token = answer.get_json()["access_token"]
    assert re.fullmatch(API_TOKEN.pattern, token)
    assert (answer.get_json()["token_type"], answer.get_json()["scope"]) == ("Bearer", "reader operator editor")
    me = door.send("GET", "/api/identity/me", token=token).get_json()
    assert (me["name"], me["kind"], me["rights"]) == ("editor", "token", ["reader", "operator", "editor"])
    assert code_of(asked(door, device)) == (400, "expired_token")
    (listed,) = door.send("GET", "/api/identity/tokens", session).get_json()["items"]
    assert listed["name"] == "stackroom on box"


@pytest.mark.parametrize("how", ["others", "one", "administrator", "password", "disabled"])
def test_program_is_not_let_in_by_a_session_that_was_taken_away(door: Door, engine: Engine, how: str) -> None:
    """Else whoever stole a session has a token of the time after it."""
    device, stolen, own, admin = begun(door), *map(door.session_of, ("editor", "editor", "admin"))
    assert decided(door, stolen, device).status_code == 200
    user = door.who(session=own).get_json()["id"]
    others = [one for one in door.send("GET", SESSIONS, own).get_json()["items"] if not one["is_this"]]
    method, path, body, session = {
        "others": ("DELETE", SESSIONS, None, own),
        "one": ("DELETE", f"{SESSIONS}/{others[0]['id']}", None, own),
        "administrator": ("DELETE", f"/api/identity/users/{user}/sessions", None, admin),
        "password": ("PUT", "/api/identity/password", {"old_password": PASSWORD, "password": "one more battery"}, own),
        "disabled": ("PUT", f"/api/identity/users/{user}", {"is_disabled": True}, admin),
    }[how]
    assert door.send(method, path, session, json=body).status_code == 200
    assert code_of(asked(door, device)) == (400, "expired_token")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM identity.token")).scalar() == 0


def test_person_may_give_fewer_rights_but_no_more_than_he_has(door: Door) -> None:
    device, session = begun(door), door.session_of("operator")
    refused = decided(door, session, device, scopes=["reader", "editor", "admin"])
    assert code_of(refused) == (403, "scopes_too_wide")
    assert len(refused.get_json()["errors"]) == 2
    assert decided(door, session, device, scopes=["reader"]).status_code == 200
    assert asked(door, device).get_json()["scope"] == "reader"


def test_program_is_told_that_the_person_said_no(door: Door) -> None:
    device, session = begun(door), door.session_of("reader")
    assert decided(door, session, device, is_allowed=False).get_json() == {"status": "refused"}
    assert code_of(asked(door, device)) == (400, "access_denied")
    assert code_of(decided(door, session, device)) == (404, "not_found")


def test_program_that_asks_too_often_is_slowed(door: Door) -> None:
    device = begun(door)
    assert code_of(asked(door, device)) == (400, "authorization_pending")
    assert code_of(asked(door, device)) == (400, "slow_down")


def test_of_two_who_ask_at_once_one_gets_the_token(door: Door) -> None:
    device, session = begun(door), door.session_of("reader")
    decided(door, session, device)
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(asked(door, device).status_code)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200, 400, 400, 400]
    assert door.send("GET", "/api/identity/tokens", session).get_json()["total"] == 1


def test_code_is_over_after_its_time(door: Door, engine: Engine) -> None:
    device, session = begun(door), door.session_of("reader")
    with engine.connect() as connection:
        connection.execute(text("UPDATE identity.device SET expires_at = now()"))
    assert code_of(door.send("GET", f"{DEVICE}/{device['user_code']}", session)) == (404, "not_found")
    assert code_of(decided(door, session, device)) == (404, "not_found")
    assert code_of(asked(door, device)) == (400, "expired_token")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_only_a_person_in_a_browser_can_decide(door: Door, method: str) -> None:
    device, session = begun(door), door.session_of("admin")
    body: dict[str, Any] = {"json": {"is_allowed": True}} if method == "POST" else {}
    path = f"{DEVICE}/{device['user_code']}"
    assert code_of(door.send(method, path, **body)) == (401, "sign_in_needed")
    made = door.send("POST", "/api/identity/tokens", session, json={"name": "ci", "scopes": ["admin"]})
    token = made.get_json()["secret"]
    assert code_of(door.send(method, path, token=token, **body)) == (403, "session_needed")


def test_one_network_address_cannot_fill_the_table(door: Door) -> None:
    for _ in range(MOST_OF_NETWORK):
        begun(door)
    answer = door.send("POST", DEVICE, json={"client": "x"})
    assert code_of(answer) == (429, "too_many_tries")
    assert int(answer.headers["Retry-After"]) > 0


def test_addresses_of_one_customer_cannot_fill_the_table(door: Door) -> None:
    found = [
        door.elsewhere(f"2001:db8:0:7::{number + 1:x}").send("POST", DEVICE, json={"client": "x"}).status_code
        for number in range(MOST_OF_NETWORK + 2)
    ]
    assert found == [200] * MOST_OF_NETWORK + [429] * 2
    assert door.elsewhere("2001:db8:0:8::1").send("POST", DEVICE, json={"client": "x"}).status_code == 200
    assert door.elsewhere("").send("POST", DEVICE, json={"client": "x"}).status_code == 200


@pytest.mark.parametrize("client", ["", " ", "x" * 101, 7, None, "backup\u202eexe", "a\nb", "\x1b[2J"])
def test_program_says_what_it_is(door: Door, client: object) -> None:
    assert code_of(door.send("POST", DEVICE, json={"client": client}))[0] == 400


@pytest.mark.parametrize("code", ["", "x" * 2000, "не тот", "\x00"])
def test_secret_of_no_program_is_refused(door: Door, code: str) -> None:
    assert door.send("POST", f"{DEVICE}/token", json={"device_code": code}).status_code == 400


def test_secret_of_a_program_is_nowhere_in_the_table(door: Door, engine: Engine) -> None:
    device = begun(door)
    with engine.connect() as connection:
        rows = str(connection.execute(text("SELECT device::text FROM identity.device")).all())
    assert device["user_code"] in rows
    assert device["device_code"] not in rows
