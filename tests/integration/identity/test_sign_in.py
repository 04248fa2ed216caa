"""Signing in and out: the cookie, the limits, and what no answer tells."""

import statistics
import time
from collections.abc import Iterator
from typing import Any

import pytest
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import Engine, text

from identity.sign_in_limits import OF_NAME, OF_NAME_AND_NETWORK, OF_NETWORK, OF_STRANGERS
from identity.users import MAX_NETWORKS
from tests.support.identity.door import PASSWORD, Door, code_of, secret_of

SESSION = "/api/identity/session"
WRONG = (401, "wrong_credentials")
SLOWED = (429, "too_many_tries")


def test_who_signs_in_is_known_by_the_cookie(door: Door) -> None:
    answer = door.sign_in("Editor")
    assert answer.get_json() | {"id": ""} == {
        "id": "", "name": "editor", "kind": "user", "role": "editor", "rights": ["reader", "operator", "editor"],
        "is_from_provider": False,
    }  # fmt: skip
    assert door.send("GET", "/api/identity/me", secret_of(answer)).get_json() == answer.get_json()


def test_cookie_is_kept_from_scripts_and_other_sites(door: Door) -> None:
    cookie = door.sign_in("editor").headers["Set-Cookie"]
    assert cookie.partition("; ")[2] == "Expires=" + cookie.partition("Expires=")[2]
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=604800"} <= set(cookie.split("; "))


@pytest.mark.parametrize(
    ("headers", "beginning", "attributes"),
    [
        ({"X-Forwarded-Proto": "https"}, "__Host-stackroom=", {"Secure", "HttpOnly", "Path=/"}),
        ({"X-Forwarded-Prefix": "/books"}, "stackroom=", {"HttpOnly", "Path=/books/"}),
        ({"X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/books"}, "__Host-stackroom=", {"Secure", "Path=/"}),
    ],
)
def test_cookie_fits_the_way_that_a_client_came(
    door: Door, headers: dict[str, str], beginning: str, attributes: set[str]
) -> None:
    answer = door.send("POST", SESSION, json={"name": "editor", "password": PASSWORD}, headers=headers)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(beginning)
    assert attributes <= set(cookie.split("; "))


def test_session_of_before_is_over_after_a_sign_in(door: Door) -> None:
    first = door.session_of("editor")
    second = secret_of(door.sign_in("editor", session=first))
    assert code_of(door.who(session=first)) == (401, "session_over")
    assert door.who(session=second).status_code == 200


def test_who_signs_out_is_nobody(door: Door) -> None:
    secret = door.session_of("editor")
    answer = door.send("DELETE", SESSION, secret)
    assert answer.get_json() == {"state": "signed_out", "continue_at": None}
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert code_of(door.send("GET", "/api/identity/me", secret)) == (401, "session_over")
    assert door.send("DELETE", SESSION).status_code == 200


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("editor", "wrong horse battery"),
        ("nobody", PASSWORD),
        ("disabled", PASSWORD),
        ("new", PASSWORD),
        ("", PASSWORD),
        ("editor", ""),
        ("e" * 5000, PASSWORD),
        ("editor", "x" * 1024),
        ("жанна", PASSWORD),
        ("editor' OR 1=1 --", PASSWORD),
        ("%", PASSWORD),
        ("editor\n", PASSWORD),
        ("\u212aate", PASSWORD),  # the sign of kelvin, whose small letter is k
    ],
)
def test_answer_does_not_tell_what_was_wrong(door: Door, engine: Engine, name: str, password: str) -> None:
    with engine.connect() as connection:
        connection.execute(
            text("UPDATE identity.users SET is_disabled = true, name = 'disabled' WHERE name = 'reader'")
        )
        connection.execute(text("UPDATE identity.users SET password_hash = NULL, name = 'new' WHERE name = 'operator'"))
        connection.execute(text("UPDATE identity.users SET name = 'kate' WHERE name = 'admin'"))
    answer = door.sign_in(name, password)
    body = answer.get_json()
    assert code_of(answer) == WRONG
    assert body["detail"] == "The name or the password is wrong, or the user may not sign in."
    assert body["errors"] == []
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="stackroom"'
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"data": b"{}", "content_type": "text/plain"}, (415, "unsupported_media_type")),
        ({"data": b"", "content_type": "application/json"}, (400, "invalid_json")),
        ({"data": "{\"name\": \"жанна\"}".encode("utf-16"), "content_type": "application/json"}, (400, "not_utf8")),
        ({"data": '{"name": "жанна"}'.encode("cp1251"), "content_type": "application/json"}, (400, "not_utf8")),
        ({"data": b'{"name": "a", "name": "b"}', "content_type": "application/json"}, (400, "duplicate_key")),
        ({"data": b"{" * 100_000, "content_type": "application/json"}, (413, "json_too_large")),
        ({"json": []}, (400, "bad_request")),
        ({"json": {"name": "editor"}}, (400, "wrong_body")),
        ({"json": {"name": "editor", "password": 12}}, (400, "wrong_body")),
        ({"json": {"name": ["editor"], "password": PASSWORD}}, (400, "wrong_body")),
        ({"json": {"name": "editor", "password": "x" * 1025}}, (400, "wrong_body")),
        ({"json": {"name": "editor", "password": PASSWORD, "role": "admin"}}, (400, "wrong_body")),
        ({"json": {"name": "a\0", "password": PASSWORD}}, (400, "nul_in_text")),
        ({"data": b'{"name": "\\ud800"}', "content_type": "application/json"}, (400, "lone_surrogate")),
    ],
)  # fmt: skip
def test_wrong_body_is_told_and_no_password_shown(door: Door, sent: dict[str, Any], code: tuple[int, str]) -> None:
    answer = door.send("POST", SESSION, **sent)
    assert code_of(answer) == code
    assert PASSWORD not in answer.text
    assert "xxxxx" not in answer.text


def tries(door: Door, names: Iterator[str] | list[str], most: int) -> int:
    """How many tries were looked at before one was too many."""
    for count, name in zip(range(most), names, strict=False):
        answer = door.sign_in(name, "wrong horse battery")
        if answer.status_code == 429:
            assert int(answer.headers["Retry-After"]) >= 1
            return count
    return most


def elsewhere(door: Door, address: str) -> Door:
    return Door(door.client, address)


def test_name_is_slowed_from_one_network(door: Door) -> None:
    assert tries(door, ["editor"] * 20, 20) == OF_NAME_AND_NETWORK.burst
    assert code_of(door.sign_in("editor")) == SLOWED  # even with the right password
    assert code_of(door.sign_in("EDITOR", "wrong horse battery")) == SLOWED
    assert door.sign_in("operator").status_code == 200


@pytest.mark.parametrize("name", ["editor", "nobody"])
def test_name_is_slowed_from_many_networks_whether_it_is_known_or_not(door: Door, name: str) -> None:
    found = [code_of(elsewhere(door, f"10.1.0.{last}").sign_in(name, "wrong")) for last in range(OF_NAME.burst + 2)]
    assert found == [WRONG] * OF_NAME.burst + [SLOWED] * 2


def test_network_is_slowed_whatever_names_it_tries(door: Door) -> None:
    names = [f"name-{number}" for number in range(OF_NETWORK.burst + 5)]
    assert tries(door, names, len(names)) == OF_NETWORK.burst
    assert code_of(door.sign_in("operator")) == SLOWED
    assert elsewhere(door, "10.0.0.2").sign_in("operator").status_code == 200


def test_addresses_of_one_customer_are_one_network(door: Door) -> None:
    for number in range(OF_NAME_AND_NETWORK.burst):
        elsewhere(door, f"2001:db8:0:7::{number + 1:x}").sign_in("editor", "wrong")
    assert code_of(elsewhere(door, "2001:db8:0:7:ffff::1").sign_in("editor")) == SLOWED
    assert elsewhere(door, "2001:db8:0:8::1").sign_in("editor").status_code == 200


def test_strangers_cannot_lock_a_user_out(door: Door) -> None:
    """Where he signed in before, the tries of others under his name do not count."""
    assert door.sign_in("editor").status_code == 200
    for number in range(OF_NAME.burst + 1):
        elsewhere(door, f"10.9.0.{number}").sign_in("editor", "wrong")
    assert code_of(elsewhere(door, "10.9.1.1").sign_in("editor")) == SLOWED
    assert door.sign_in("editor").status_code == 200


def test_all_strangers_together_have_so_many_tries(door: Door, engine: Engine) -> None:
    """However many networks and names they have; who signed in from his network before is none of them."""
    assert door.sign_in("editor").status_code == 200
    found = [
        code_of(elsewhere(door, f"10.{4 + number // 200}.0.{number % 200}").sign_in(f"name-{number}", "wrong"))
        for number in range(OF_STRANGERS.burst + 10)
    ]
    looked_at = found.count(WRONG)
    assert OF_STRANGERS.burst <= looked_at < len(found)
    assert found == [WRONG] * OF_STRANGERS.burst + found[OF_STRANGERS.burst :]
    assert door.sign_in("editor").status_code == 200
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT count(*) FROM identity.sign_in_try")).scalar_one()
    assert rows <= 3 * (looked_at + 2) + 1


def test_networks_that_a_user_came_from_are_bounded(door: Door, engine: Engine) -> None:
    for number in range(MAX_NETWORKS + 5):
        assert elsewhere(door, f"10.8.0.{number}").sign_in("editor").status_code == 200
    with engine.connect() as connection:
        networks = set(connection.execute(text("SELECT host(network) FROM identity.known_network")).scalars())
    assert networks == {f"10.8.0.{number}" for number in range(5, MAX_NETWORKS + 5)}


def test_right_passwords_are_not_counted(door: Door) -> None:
    assert {door.sign_in("editor").status_code for _ in range(OF_NETWORK.burst + 5)} == {200}


def test_tries_come_back_with_time_and_are_forgotten(door: Door, engine: Engine) -> None:
    assert tries(door, ["editor"] * 20, 20) == OF_NAME_AND_NETWORK.burst
    with engine.connect() as connection:
        connection.execute(text("UPDATE identity.sign_in_try SET paid_until = paid_until - step"))
    assert code_of(door.sign_in("editor", "wrong")) == WRONG
    assert code_of(door.sign_in("editor", "wrong")) == SLOWED
    with engine.connect() as connection:
        connection.execute(text("UPDATE identity.sign_in_try SET paid_until = paid_until - interval '1 day'"))
        door.sign_in("operator")
        assert (
            connection.execute(
                text("SELECT count(*) FROM identity.sign_in_try WHERE paid_until < now() - '1h'::interval")
            ).scalar()
            == 0
        )


def test_refused_try_counts_for_nothing(door: Door, engine: Engine) -> None:
    """Else whoever tries on and on would keep a name shut for ever."""
    tries(door, ["editor"] * 20, 20)
    before = paid(engine)
    for _ in range(5):
        door.sign_in("editor", "wrong")
    assert paid(engine) == before


def paid(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT subject, paid_until FROM identity.sign_in_try ORDER BY 1")))


def test_clock_that_was_ahead_keeps_nobody_out(door: Door, engine: Engine) -> None:
    """What was tried while the clock of the database was a year ahead is paid for in a year, by that."""
    tries(door, ["editor"] * 20, 20)
    with engine.connect() as connection:
        connection.execute(text("UPDATE identity.sign_in_try SET paid_until = paid_until + interval '1 year'"))
    assert tries(door, ["editor"] * 20, 20) == OF_NAME_AND_NETWORK.burst
    assert code_of(door.sign_in("editor", "wrong")) == SLOWED


def test_limits_hold_on_every_replica(door: Door, uri: str) -> None:
    for _ in range(OF_NAME_AND_NETWORK.burst):
        door.sign_in("editor", "wrong")
    assert code_of(Door.to(uri).sign_in("editor")) == SLOWED


def test_time_does_not_tell_whether_a_name_is_known(uri: str, door: Door, engine: Engine) -> None:
    """With the parameters of production: the hash is nearly all of the time."""
    real = Door.to(uri, RFC_9106_LOW_MEMORY)
    assert real.sign_in("editor").status_code == 200  # which makes its hash anew
    known, unknown = [], []
    for number in range(4):
        known.append(seconds(elsewhere(real, f"10.2.0.{number}"), "editor"))
        unknown.append(seconds(elsewhere(real, f"10.3.0.{number}"), "nobody"))
    assert 0.4 < statistics.median(known) / statistics.median(unknown) < 2.5


def seconds(door: Door, name: str) -> float:
    started = time.process_time()
    assert code_of(door.sign_in(name, "wrong horse battery")) == WRONG
    return time.process_time() - started


def test_old_hash_is_made_anew_at_sign_in(uri: str, door: Door, engine: Engine) -> None:
    real = Door.to(uri, RFC_9106_LOW_MEMORY)
    assert real.sign_in("editor").status_code == 200
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT password_hash FROM identity.users WHERE name = 'editor'")).scalar_one()
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert real.sign_in("editor").status_code == 200
