"""What is sealed comes back whole, to us alone, as what it was, and not for ever."""

import time

import msgspec
import pytest

from identity.oidc.sealing import Seal
from stackroom_kit.peppers import Peppers

OLD, NEW = b"o" * 40, b"n" * 40


class One(msgspec.Struct, frozen=True, tag=True):
    text: str


class Other(msgspec.Struct, frozen=True, tag=True):
    text: str


def seal(**peppers: bytes) -> Seal:
    return Seal(Peppers(peppers))


def test_comes_back_as_it_was() -> None:
    value = One("Ж" * 100)
    assert seal(a=NEW).opened(seal(a=NEW).closed(value), One, 60) == value


def test_pepper_that_is_changed_opens_what_it_closed() -> None:
    closed = seal(a=OLD).closed(One("x"))
    assert seal(b=NEW, a=OLD).opened(closed, One) == One("x")
    assert seal(b=NEW).opened(closed, One) is None


def test_is_not_taken_for_something_else() -> None:
    assert seal(a=NEW).opened(seal(a=NEW).closed(Other("x")), One) is None


def test_is_over_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    closed, later = seal(a=NEW).closed(One("x")), time.time() + 61
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: later)
    assert seal(a=NEW).opened(closed, One, 60) is None
    assert seal(a=NEW).opened(closed, One) == One("x")


@pytest.mark.parametrize("sealed", ["", "x", "gAAAAA", "Ж", "\ud800", "x" * 100_000])
def test_what_we_did_not_seal_is_nothing(sealed: str) -> None:
    assert seal(a=NEW).opened(sealed, One) is None


def test_changed_seal_is_nothing() -> None:
    closed = seal(a=NEW).closed(One("x"))
    for place in range(0, len(closed), 7):
        letter = "A" if closed[place] != "A" else "B"
        assert seal(a=NEW).opened(closed[:place] + letter + closed[place + 1 :], One) is None
