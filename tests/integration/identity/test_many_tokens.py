"""How many API tokens a user may have, and how many are listed."""

import threading

from sqlalchemy import Engine, text

from identity.tokens import MAX_LISTED, MAX_TOKENS
from tests.support.identity.door import TOKENS, Door, code_of
from tests.support.servers.locks import waiting_for_locks
from tests.support.waiting import wait_until

MANY = """
INSERT INTO identity.token (key, pepper_id, digest, user_id, name, scopes, networks, expires_at, revoked_at)
SELECT 'old' || number, '1', ''::bytea, users.id, 'old', '{reader}', '{}', now() + interval '1 day', now()
FROM identity.users, generate_series(1, 10000) AS number WHERE users.name = 'reader'"""


def test_list_is_no_longer_than_anybody_can_oversee(door: Door, engine: Engine) -> None:
    """Tokens that are over stay in the table: a program that signs in anew each minute makes many."""
    session = door.session_of("reader")
    door.make_token(session, name="in use")
    with engine.connect() as connection:
        connection.execute(text(MANY))
    body = door.send("GET", TOKENS, session).get_json()
    assert (body["items"][0]["name"], len(body["items"]), body["total"]) == ("in use", MAX_LISTED, 10_001)


def test_user_has_no_more_tokens_than_anybody_can_oversee(door: Door, engine: Engine) -> None:
    session = door.session_of("reader")
    with engine.connect() as connection:
        connection.execute(
            text("""INSERT INTO identity.token (key, pepper_id, digest, user_id, name, scopes, networks, expires_at)
            SELECT n::text, '1', 'x', users.id, 'n', '{reader}', '{}', now() + '1 day'::interval
            FROM identity.users, generate_series(1, :most) AS n WHERE users.name = 'reader'"""),
            {"most": MAX_TOKENS - 1},
        )
    codes: list[int] = []

    def one_more() -> None:
        codes.append(door.send("POST", TOKENS, session, json={"name": "n", "scopes": ["reader"]}).status_code)

    threads = [threading.Thread(target=one_more) for _ in range(3)]
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection, connection.begin():
        connection.execute(text("SELECT FROM identity.users WHERE name = 'reader' FOR UPDATE"))
        for thread in threads:
            thread.start()
        wait_until(lambda: waiting_for_locks(engine) == len(threads))
    for thread in threads:
        thread.join()
    assert sorted(codes) == [201, 409, 409]
    assert code_of(door.send("POST", TOKENS, session, json={"name": "n", "scopes": ["reader"]})) == (
        409,
        "too_many_tokens",
    )
    with engine.connect() as connection:
        connection.execute(text("UPDATE identity.token SET revoked_at = now() WHERE key = '1'"))
    door.make_token(session)
