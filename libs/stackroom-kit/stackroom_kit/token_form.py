"""What a token looks like: an API token, or that of a host with workers.

``sr1_`` or ``srw1_`` names product, kind and version, then come 12 characters by which it is found, ``_``, 32 secret
ones, and 6 that are a checksum of all before: a typing error costs no query. The whole is one word, so that a double
click takes it.
"""

import dataclasses
import functools
import re
import secrets
import string
import zlib

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
KEY_LENGTH, SECRET_LENGTH, CHECK_LENGTH = 12, 32, 6


def checksum(beginning: str) -> str:
    """CRC-32 in base 62, six digits."""
    number, digits = zlib.crc32(beginning.encode()), ""
    for _ in range(CHECK_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


@dataclasses.dataclass(frozen=True)
class TokenForm:
    """``prefix`` is letters and digits."""

    prefix: str

    @functools.cached_property
    def pattern(self) -> str:
        """A regular expression, for documents and scanners."""
        return rf"{self.prefix}_[0-9A-Za-z]{{{KEY_LENGTH}}}_[0-9A-Za-z]{{{SECRET_LENGTH + CHECK_LENGTH}}}"

    @functools.cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.ASCII)

    def new_token(self) -> str:
        key, secret = (_random(length) for length in (KEY_LENGTH, SECRET_LENGTH))
        beginning = f"{self.prefix}_{key}_{secret}"
        return beginning + checksum(beginning)

    def key_of(self, token: str) -> str | None:
        """By what the token is found; None for a text that no token of this form can be."""
        if not self._compiled.fullmatch(token) or checksum(token[:-CHECK_LENGTH]) != token[-CHECK_LENGTH:]:
            return None
        return token[len(self.prefix) + 1 :][:KEY_LENGTH]


API_TOKEN = TokenForm("sr1")
WORKER_TOKEN = TokenForm("srw1")
