"""Which passwords are taken, and how they are checked."""

import inspect
import threading
import unicodedata
from typing import Literal

import pytest
from argon2 import Parameters, PasswordHasher
from argon2.low_level import ARGON2_VERSION, Type
from argon2.profiles import RFC_9106_LOW_MEMORY

from identity import hashing_turns
from identity.app import create_app
from identity.passwords import MAX_LENGTH, MIN_LENGTH, Passwords, Verdict, check_new_password, common_passwords
from stackroom_kit.problems import Problem

CHEAP = Parameters(Type.ID, ARGON2_VERSION, 16, 32, 1, 8, 1)
GOOD = "correct horse battery"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_too_short"),
        ("eleven char", "password_too_short"),
        ("й" * (MIN_LENGTH - 1), "password_too_short"),
        ("e\u0301" * (MIN_LENGTH - 1), "password_too_short"),  # composed, it is as many letters
        (GOOD * 20, "password_too_long"),
        ("Password1234", "password_common"),
        ("ЙЦУКЕНГШЩЗХЪ", "password_common"),
        ("abcabcabcabcab", "password_common"),
        ("жжжжжжжжжжжж", "password_common"),
        ("ann.archivist", "password_common"),
        ("Ann.Archivist2026", "password_common"),
    ],
)
def test_password_that_somebody_would_try_first_is_refused(password: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        check_new_password(password, "ann.archivist")
    assert (caught.value.code, caught.value.errors[0].pointer) == (code, "/password")
    assert not password or password not in caught.value.detail


@pytest.mark.parametrize("password", [GOOD, "все жирафы ходят парами", "🦒🐘🦓🦛🦏🐪🐫🦘🦬🐃🐂🐄", "            a"])
def test_long_password_of_whatever_characters_is_taken(password: str) -> None:
    check_new_password(password, "ann.archivist")


def test_listed_passwords_are_long_enough_to_be_looked_for() -> None:
    words = common_passwords()
    assert len(words) > 50
    assert {word for word in words if len(word) < MIN_LENGTH or word != word.casefold()} == set()


def test_password_is_found_again_however_its_accents_are_sent() -> None:
    checked = Passwords(1, CHEAP)
    stored = checked.hashed("Zoe\u0308 and the giraffes")
    assert checked.check("Zo\u00eb and the giraffes", stored) == Verdict(True)
    assert checked.check("Zoe and the giraffes", stored) == Verdict(False)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_longest_password_opens_however_many_characters_its_accents_are_sent_as(form: Literal["NFC", "NFD"]) -> None:
    longest = unicodedata.normalize(form, "\u00eb" * (MAX_LENGTH - 1) + "x")
    check_new_password(longest, "ann")
    checked = Passwords(1, CHEAP)
    assert checked.check(longest, checked.hashed(longest)).is_right


@pytest.mark.parametrize("stored", [None, ""])
def test_nobody_has_a_password(stored: str | None) -> None:
    assert Passwords(1, CHEAP).check(GOOD, stored) == Verdict(False)


def test_hash_is_argon2id_of_the_profile_for_little_memory() -> None:
    assert Passwords(1).hashed(GOOD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert RFC_9106_LOW_MEMORY.hash_len == 32
    assert inspect.signature(create_app).parameters["parameters"].default is RFC_9106_LOW_MEMORY


def test_hash_under_older_parameters_is_made_anew_where_the_password_is_right() -> None:
    old, checked = PasswordHasher.from_parameters(CHEAP).hash(GOOD), Passwords(1)
    verdict = checked.check(GOOD, old)
    assert verdict.is_right
    assert verdict.new_hash is not None
    assert checked.check(GOOD, verdict.new_hash) == Verdict(True)
    assert checked.check(f"{GOOD}!", old) == Verdict(False)


def test_password_that_nobody_can_have_costs_no_more() -> None:
    checked = Passwords(1, CHEAP)
    stored = checked.hashed("")  # which no call takes
    assert checked.check("x" * (MAX_LENGTH + 1), stored).is_right is checked.check("", stored).is_right


def test_unknown_user_costs_as_many_hashes_as_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    checked, asked = Passwords(1, CHEAP), []
    stored = checked.hashed(GOOD)
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, stored: str, password: str) -> bool:
        asked.append(stored)
        return bool(verify(hasher, stored, password))

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    checked.check("wrong, wrong, wrong", stored)
    checked.check("wrong, wrong, wrong", None)
    assert len(asked) == 2
    assert len({one.rpartition("$")[0].rpartition("$")[0] for one in asked}) == 1  # the same parameters


def test_too_many_at_once_are_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing_turns, "WAIT_SECONDS", 0.01)
    checked, is_in, may_end = Passwords(1, CHEAP), threading.Event(), threading.Event()

    def hold(*_: object) -> str:
        is_in.set()
        may_end.wait(10)
        return "hash"

    monkeypatch.setattr(PasswordHasher, "hash", hold)
    holder = threading.Thread(target=checked.hashed, args=(GOOD,))
    holder.start()
    try:
        assert is_in.wait(10)
        with pytest.raises(Problem) as caught:
            checked.check(GOOD, None)
    finally:
        may_end.set()
        holder.join()
    assert (caught.value.status, caught.value.headers["Retry-After"]) == (503, "2")
