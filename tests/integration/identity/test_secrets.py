"""No secret is in the database, in a log or in an answer that is not for its owner; nor in an error of the database."""

import re

import pytest
from sqlalchemy import Engine, text

from identity.app import DOCUMENT
from stackroom_kit.actor import LOCAL, Actor, ActorSigner
from stackroom_kit.rights import ROLES, Role, rights_of
from stackroom_kit.settings import Secret, SettingsError
from tests.support.identity.door import PASSWORD, Door, code_of, secret_of
from tests.support.identity.settings import ACTOR_KEY, CHEAP, PEPPER, settings_of

ROWS = "SELECT string_agg(t::text, E'\\n') FROM (SELECT * FROM identity.{table}) AS t"
NEW = "a staple for every battery"


def everything(engine: Engine) -> str:
    """All rows of all tables as texts, and bytes as hexadecimal digits."""
    with engine.connect() as connection:
        tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'identity'")).scalars()
        return "\n".join(connection.execute(text(ROWS.format(table=table))).scalar() or "" for table in tables)


def every_secret(door: Door) -> dict[str, str]:
    """One of each kind, all of them used."""
    admin = door.session_of("admin")
    link = door.send("POST", "/api/identity/users", admin, json={"name": "ann", "role": "editor"}).get_json()["link"]
    unused = door.send("POST", "/api/identity/users", admin, json={"name": "eve", "role": "editor"}).get_json()["link"]
    session = secret_of(door.send("POST", "/api/identity/password/link", json={"link": link, "password": NEW}))
    body = {"name": "ci", "scopes": ["reader"]}
    token = door.send("POST", "/api/identity/tokens", session, json=body).get_json()["secret"]
    door.sign_in(NEW, PASSWORD)  # a password where the name belongs
    door.sign_in("ann", "my other password")
    door.who(token=token)
    door.who(token=f"{token[:-1]}{'0' if token[-1] != '0' else '1'}")
    door.send("PUT", "/api/identity/password", session, json={"old_password": "a wrong old one", "password": PASSWORD})
    return {
        "password": NEW, "wrong": "my other password", "wrong old": "a wrong old one", "link": link, "unused": unused,
        "session": session, "admin's": admin, "token": token[-38:], "pepper": PEPPER.reveal(),
        "key": ACTOR_KEY.reveal(),
    }  # fmt: skip


def test_no_secret_is_in_the_database_or_a_log(door: Door, engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    secrets = every_secret(door)
    kept, said = everything(engine), caplog.text
    assert "ann" in kept
    assert "signed in" in said
    for place in (kept, said):
        found = [name for name, secret in secrets.items() if secret in place or secret.encode().hex() in place]
        assert found == []


def test_error_of_the_database_shows_nothing_that_was_given(
    door: Door, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE identity.users ADD CONSTRAINT broken CHECK (name <> 'ann')"))
        try:
            admin = door.session_of("admin")
            answer = door.send(
                "POST", "/api/identity/users", admin, json={"name": "ann", "role": "editor", "full_name": NEW}
            )
        finally:
            connection.execute(text("ALTER TABLE identity.users DROP CONSTRAINT broken"))
    said = caplog.text
    assert code_of(answer) == (500, "internal_error")
    assert "CheckViolation" in said
    assert "[SQL parameters hidden due to hide_parameters=True]" in said
    assert "argon2" not in said


@pytest.mark.parametrize("path", ["/api/identity/me", "/api/identity/tokens", "/api/identity/users", "/api/nowhere"])
def test_answers_are_kept_nowhere(door: Door, path: str) -> None:
    assert door.send("GET", path, door.session_of("admin")).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("setting", ["actor_key", "token_peppers"])
@pytest.mark.parametrize("value", ["", "too short to be one"])
def test_identity_does_not_start_without_its_secrets(uri: str, setting: str, value: str) -> None:
    with pytest.raises(SettingsError, match=setting.upper()) as caught:
        Door.to(uri, CHEAP, **{setting: Secret(value)})
    assert not value or value not in str(caught.value)


def test_settings_hide_their_secrets(uri: str) -> None:
    shown = repr(settings_of("postgresql://somebody@localhost/none"))
    assert PEPPER.reveal() not in shown
    assert ACTOR_KEY.reveal() not in shown


@pytest.mark.parametrize(
    "actor",
    [LOCAL, *(Actor("7", "ann", "user", role, rights_of(role), "s") for role in ROLES)],
    ids=lambda one: one.role,
)
def test_only_the_gateway_may_ask_who_somebody_is(door: Door, actor: Actor) -> None:
    assert code_of(door.signed(actor, "POST", "/internal/authenticate", json={})) == (403, "forbidden")


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/identity/me"), ("POST", "/internal/authenticate")])
def test_call_past_the_gateway_is_refused(door: Door, method: str, path: str) -> None:
    assert code_of(door.client.open(path, method=method, json={})) == (401, "actor_refused")
    stranger = Door(door.client, signer=ActorSigner(Secret("another-key-which-is-just-as-long")))
    assert code_of(stranger.signed(LOCAL, method, path, json={})) == (401, "actor_refused")


@pytest.mark.parametrize("role", ROLES)
def test_nothing_but_health_is_open(door: Door, role: Role) -> None:
    assert door.client.get("/health/ready").status_code == 200
    described = DOCUMENT.of(door.client.application)["paths"]
    for path in (path for path in described if not re.search("[{]", path)):
        assert door.client.get(path).status_code == 401, path
