"""What is asked of the database about worker tokens, however many are shown."""

import types
import uuid

import pytest
from sqlalchemy import create_engine

from importer.ledger.worker_tokens import ValidToken
from importer.worker_api import known_tokens
from importer.worker_api.known_tokens import LOOK_SECONDS, MISS_SECONDS, KnownTokens
from stackroom_kit import refresh
from stackroom_kit.peppers import Peppers
from stackroom_kit.settings import Secret
from stackroom_kit.token_form import WORKER_TOKEN

PEPPERS = Peppers.of(Secret("p" * 32), "WORKER_TOKEN_PEPPERS")


class Database:
    """What is in it, how often it was asked, and its time in seconds."""

    def __init__(self) -> None:
        self.tokens: list[ValidToken] = []
        self.looks = 0
        self.notes = 0
        self.now = 1000.0

    def made(self) -> str:
        shown = WORKER_TOKEN.new_token()
        key = WORKER_TOKEN.key_of(shown) or ""
        digest = PEPPERS.digest(shown, "1")
        self.tokens.append(ValidToken(uuid.uuid4(), "gpu1", key, "1", digest, frozenset()))
        return shown

    def look(self, _engine: object) -> list[ValidToken]:
        self.looks += 1
        return list(self.tokens)

    def note(self, *_about: object) -> None:
        self.notes += 1


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Database:
    made = Database()
    monkeypatch.setattr(known_tokens, "valid_tokens", made.look)
    monkeypatch.setattr(known_tokens, "note_seen", made.note)
    for module in (known_tokens, refresh):
        monkeypatch.setattr(module, "time", types.SimpleNamespace(monotonic=lambda: made.now))
    return made


@pytest.fixture
def known(database: Database) -> KnownTokens:
    return KnownTokens(create_engine("sqlite://"), PEPPERS)


def test_token_is_looked_for_once_in_a_while(database: Database, known: KnownTokens) -> None:
    shown = database.made()
    for _ in range(1000):
        assert known.find(shown) is not None
    assert database.looks == 1


def test_guesses_cause_few_queries_and_misspelt_ones_none(database: Database, known: KnownTokens) -> None:
    shown = database.made()
    for _ in range(1000):
        assert known.find(f"{shown[:-1]}_") is None
        assert known.find("") is None
    assert database.looks == 0
    for _ in range(1000):
        assert known.find(WORKER_TOKEN.new_token()) is None
        database.now += MISS_SECONDS / 100
    assert database.looks <= 11


def test_token_that_was_taken_back_is_used_for_a_second_at_most(database: Database, known: KnownTokens) -> None:
    shown = database.made()
    assert known.find(shown) is not None
    database.tokens.clear()
    database.now += LOOK_SECONDS * 0.9
    assert known.find(shown) is not None
    database.now += LOOK_SECONDS * 0.2
    assert known.find(shown) is None


def test_token_that_was_just_made_is_found_at_once(database: Database, known: KnownTokens) -> None:
    assert known.find(WORKER_TOKEN.new_token()) is None
    shown = database.made()
    database.now += MISS_SECONDS * 1.1
    assert known.find(shown) is not None


def test_other_secret_of_a_known_key_is_refused(database: Database, known: KnownTokens) -> None:
    database.made()
    other = WORKER_TOKEN.new_token()
    token = ValidToken(uuid.uuid4(), "gpu2", WORKER_TOKEN.key_of(other) or "", "1", b"of another secret", frozenset())
    database.tokens.append(token)
    assert known.find(other) is None


def test_use_is_noted_once_a_minute(database: Database, known: KnownTokens) -> None:
    found = known.find(database.made())
    assert found is not None
    for _ in range(100):
        known.note(found, "w1", 4)
        database.now += 1.0
    assert database.notes == 2
