"""Programs that ask to be let in: a person in a browser says yes or no, and the program gets a token (RFC 8628)."""

import datetime
import secrets
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, text

from identity.problems import ACCESS_DENIED, AUTHORIZATION_PENDING, EXPIRED_TOKEN, SLOW_DOWN, TOO_MANY_TRIES
from identity.random_secrets import MAX_SECRET, digest_of, new_secret
from identity.sign_in_limits import network_of
from stackroom_kit.problems import NOT_FOUND, Problem
from stackroom_kit.rights import Right
from stackroom_sql.engine import lock

MINUTES = 10
INTERVAL_SECONDS = 2  # between two questions of a program
MOST_WAITING = 1000
MOST_OF_NETWORK = 20
# Without vowels there are no words, and without digits nothing looks like a letter: 34 bits, of which one is asked
# for by somebody who has signed in already.
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
HALF = 4  # letters, then a hyphen and as many again
FORGET = text("DELETE FROM identity.device WHERE expires_at < now() - interval '1 hour'")
COUNT = text("""
SELECT count(*) AS waiting, count(*) FILTER (
  WHERE address = :address OR nullif(address, '')::inet <<= cast(:network AS cidr)) AS of_network
FROM identity.device WHERE expires_at > now()""")
INSERT = text("""
INSERT INTO identity.device (digest, user_code, client, address, expires_at)
VALUES (:digest, :user_code, :client, :address, now() + make_interval(mins => :minutes))""")
COLUMNS = "user_code, client, address, created_at, expires_at"
IS_WAITING = "user_code = :user_code AND expires_at > now() AND user_id IS NULL AND NOT is_refused"
FIND = text(f"SELECT {COLUMNS} FROM identity.device WHERE {IS_WAITING}")
DECIDE = text(f"""
UPDATE identity.device SET user_id = :user_id, scopes = :scopes, is_refused = :is_refused
WHERE {IS_WAITING} RETURNING {COLUMNS}""")
# Whoever asks twice at once is served one after the other, so that one token is made.
ASK = text("""
SELECT client, user_id, scopes, is_refused, expires_at <= now() AS is_expired,
  coalesce(asked_at > now() - make_interval(secs => :pause), false) AS is_too_soon
FROM identity.device WHERE digest = :digest FOR UPDATE""")
NOTE = text("UPDATE identity.device SET asked_at = now() WHERE digest = :digest")
TAKE = text("DELETE FROM identity.device WHERE digest = :digest")


class Waiting(msgspec.Struct, frozen=True):
    """A program that waits; ``client`` is what it says of itself, ``address`` where it called from."""

    user_code: str
    client: str
    address: str
    created_at: datetime.datetime
    expires_at: datetime.datetime


class Allowed(msgspec.Struct, frozen=True):
    """Whose token the program gets, and what that may do."""

    client: str
    user_id: UUID
    scopes: list[Right]


def _new_user_code() -> str:
    letters = "".join(secrets.choice(LETTERS) for _ in range(2 * HALF))
    return f"{letters[:HALF]}-{letters[HALF:]}"


def normal_code(typed: str) -> str:
    """As people type it: in upper or lower case, with or without the hyphen."""
    letters = "".join(letter for letter in typed.upper()[:40] if letter in LETTERS)
    return f"{letters[:HALF]}-{letters[HALF:]}"


def begin(connection: Connection, client: str, address: str) -> tuple[str, str]:
    """The secret of the program, and what the person types. Problem 429 where too many wait."""
    lock(connection, "identity.device")  # so that whoever begins at the same time is counted too
    connection.execute(FORGET)
    found = connection.execute(COUNT, {"address": address, "network": network_of(address)}).one()
    if found.waiting >= MOST_WAITING or found.of_network >= MOST_OF_NETWORK:
        detail = "Too many programs wait to be let in; try again later."
        raise TOO_MANY_TRIES(detail, headers={"Retry-After": str(MINUTES * 60)})
    secret, user_code = new_secret(), _new_user_code()
    given = {"digest": digest_of(secret), "user_code": user_code, "client": client, "address": address}
    connection.execute(INSERT, {**given, "minutes": MINUTES})
    return secret, user_code


def _no_such_code() -> Problem:
    return NOT_FOUND("No program waits with this code; it may be over, or decided already.")


def find(connection: Connection, typed: str) -> Waiting:
    """Problem 404."""
    return _waiting(connection.execute(FIND, {"user_code": normal_code(typed)}).first())


def _waiting(row: Any) -> Waiting:
    if row is None:
        raise _no_such_code()
    return msgspec.convert(dict(row._mapping), Waiting)


def allow(connection: Connection, typed: str, user_id: UUID, scopes: list[Right]) -> Waiting:
    """Problem 404."""
    given = {"user_code": normal_code(typed), "user_id": user_id, "scopes": scopes, "is_refused": False}
    return _waiting(connection.execute(DECIDE, given).first())


def refuse(connection: Connection, typed: str) -> Waiting:
    """Problem 404."""
    given = {"user_code": normal_code(typed), "user_id": None, "scopes": None, "is_refused": True}
    return _waiting(connection.execute(DECIDE, given).first())


def ask(connection: Connection, secret: str) -> Allowed | Problem:
    """What was decided: once for a yes. A problem is returned, since that somebody asked has to be kept."""
    given = {"digest": digest_of(secret[: MAX_SECRET + 1]), "pause": INTERVAL_SECONDS / 2}
    row = connection.execute(ASK, given).first()
    if row is None or row.is_expired:
        return EXPIRED_TOKEN("This code is unknown, was used already, or its time is over.")
    if row.is_refused:
        return ACCESS_DENIED("The person who was asked said no.")
    connection.execute(NOTE if row.user_id is None else TAKE, given)
    if row.user_id is not None:
        return Allowed(row.client, row.user_id, row.scopes)
    if row.is_too_soon:
        return SLOW_DOWN(f"Ask every {INTERVAL_SECONDS} s, not more often.")
    return AUTHORIZATION_PENDING("Nobody has decided yet.")
