"""Signing in and out: the cookie, and what no answer tells."""

import statistics
import time
from typing import Any

import pytest
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import Engine, text

from tests.support.identity.door import PASSWORD, WRONG, Door, code_of, secret_of

SESSION = "/api/identity/session"


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


def test_time_does_not_tell_whether_a_name_is_known(uri: str, door: Door, engine: Engine) -> None:
    """With the parameters of production: the hash is nearly all of the time."""
    real = Door.to(uri, RFC_9106_LOW_MEMORY)
    assert real.sign_in("editor").status_code == 200  # which makes its hash anew
    known, unknown = [], []
    for number in range(4):
        known.append(seconds(real.elsewhere(f"10.2.0.{number}"), "editor"))
        unknown.append(seconds(real.elsewhere(f"10.3.0.{number}"), "nobody"))
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
