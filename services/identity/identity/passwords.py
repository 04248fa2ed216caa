"""Passwords: which are taken, how they are stored, and how one is checked in a time that tells nothing."""

import functools
import secrets
import unicodedata
from importlib.resources import files
from typing import NamedTuple

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from identity.hashing_turns import HashingTurns
from identity.problems import PASSWORD_COMMON, PASSWORD_TOO_LONG, PASSWORD_TOO_SHORT

MIN_LENGTH, MAX_LENGTH = 12, 256  # characters
OWN_LENGTH = 8  # characters that a password has at least beside the name of its user
LONGEST_PERIOD = 4


class Verdict(NamedTuple):
    """``new_hash``: what should be stored instead, where the stored hash was made under older parameters."""

    is_right: bool
    new_hash: str | None = None


def _normal(password: str) -> str:
    """Composed, since keyboards differ in how they send an accent."""
    return unicodedata.normalize("NFC", password)


@functools.cache
def common_passwords() -> frozenset[str]:
    """Those of at least MIN_LENGTH characters that people choose most, in lower case."""
    return frozenset(files("identity").joinpath("common_passwords.txt").read_text(encoding="utf-8").split())


def check_new_password(password: str, user_name: str, pointer: str = "/password") -> None:
    """Problem 400. Length is what counts: no rule says which kinds of characters there must be (NIST SP 800-63B)."""
    normal = _normal(password)
    if len(normal) < MIN_LENGTH:
        raise PASSWORD_TOO_SHORT.at(pointer, f"A password has at least {MIN_LENGTH} characters.")
    if len(normal) > MAX_LENGTH:
        raise PASSWORD_TOO_LONG.at(pointer, f"A password has at most {MAX_LENGTH} characters.")
    if is_common(normal.casefold(), user_name):
        raise PASSWORD_COMMON.at(pointer, "This password is among the first that somebody would try.")


def is_common(password: str, user_name: str) -> bool:
    """In a list, a few characters over and over, or hardly more than the name. ``password`` is in lower case."""
    size = len(password)
    repeats = any(password == (password[:length] * size)[:size] for length in range(1, LONGEST_PERIOD + 1))
    is_name = bool(user_name) and len(password.replace(user_name, "")) < OWN_LENGTH and user_name in password
    return password in common_passwords() or repeats or is_name


class Passwords:
    """``at_once`` are made or checked at a time, in a process of so many ``threads``.

    Each takes a core and 64 MiB for a tenth of a second.
    """

    def __init__(self, at_once: int, parameters: Parameters = RFC_9106_LOW_MEMORY, threads: int = 4) -> None:
        self._hasher = PasswordHasher.from_parameters(parameters)
        # Nobody knows its password. It is checked where there is no other hash, so that this takes as long.
        self._nobody = self._hasher.hash(secrets.token_urlsafe())
        self._turns = HashingTurns(at_once, threads)

    def hashed(self, password: str) -> str:
        """Of somebody who may choose one. Problem 503 where too many wait."""
        with self._turns.held(is_known=True):
            return self._hasher.hash(_normal(password))

    def check(self, password: str, stored: str | None, is_known: bool = False) -> Verdict:
        """Against the stored hash, or against that of nobody, which it never is. Problem 503 where too many wait.

        ``is_known``: by more than by a name, which anybody can type.
        """
        normal = _normal(password)
        if len(normal) > MAX_LENGTH:
            normal = ""  # no password is so long, and to hash a long one would take longer
        with self._turns.held(is_known):
            is_right = self._is_right(stored or self._nobody, normal) and stored is not None
            if not is_right or stored is None or not self._hasher.check_needs_rehash(stored):
                return Verdict(is_right)
            return Verdict(True, self._hasher.hash(normal))

    def _is_right(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except VerifyMismatchError:
            return False
