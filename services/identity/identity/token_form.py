"""What an API token looks like, and under what it is stored.

``sr1_`` names product and version, then come 12 characters by which it is found, ``_``, 32 secret ones, and 6 that
are a checksum of all before: a typing error costs no query. The whole is one word, so that a double click takes it.
"""

import dataclasses
import hashlib
import hmac
import re
import secrets
import string
import zlib

from stackroom_kit.settings import Secret, SettingsError

PREFIX = "sr1"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
KEY_LENGTH, SECRET_LENGTH, CHECK_LENGTH = 12, 32, 6
PATTERN = rf"{PREFIX}_[0-9A-Za-z]{{{KEY_LENGTH}}}_[0-9A-Za-z]{{{SECRET_LENGTH + CHECK_LENGTH}}}"
MIN_PEPPER = 32  # characters
PEPPERS_SETTING = "TOKEN_PEPPERS"
_FORM = re.compile(PATTERN, re.ASCII)
_PEPPER = re.compile(rf"(?:([A-Za-z0-9]{{1,16}}):)?([\x21-\x2b\x2d-\x39\x3b-\x7e]{{{MIN_PEPPER},}})", re.ASCII)


def checksum(beginning: str) -> str:
    """CRC-32 in base 62, six digits."""
    number, digits = zlib.crc32(beginning.encode()), ""
    for _ in range(CHECK_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits


def new_token() -> str:
    key, secret = (_random(length) for length in (KEY_LENGTH, SECRET_LENGTH))
    beginning = f"{PREFIX}_{key}_{secret}"
    return beginning + checksum(beginning)


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def key_of(token: str) -> str | None:
    """By what the token is found; None for a text that no token can be."""
    if not _FORM.fullmatch(token) or checksum(token[:-CHECK_LENGTH]) != token[-CHECK_LENGTH:]:
        return None
    return token[len(PREFIX) + 1 :][:KEY_LENGTH]


@dataclasses.dataclass(frozen=True)
class Peppers:
    """Keys of HMAC-SHA256 by their ids. The first makes digests, all check them."""

    by_id: dict[str, bytes]

    @classmethod
    def of(cls, setting: Secret) -> "Peppers":
        """SettingsError, which shows none of them. One alone needs no id: its id is 1."""
        found = [_PEPPER.fullmatch(one.strip()) for one in setting.reveal().split(",")]
        named = {one[1] or "1": one[2].encode() for one in found if one}
        if not all(found) or len(named) < len(found):
            allowed = f"id:pepper, separated by commas, each of at least {MIN_PEPPER} characters without spaces"
            raise SettingsError(f"{PEPPERS_SETTING}=*** is not allowed; allowed: {allowed}, under ids that differ")
        return cls(named)

    @property
    def newest(self) -> str:
        return next(iter(self.by_id))

    def digest(self, text: str, pepper_id: str) -> bytes:
        return hmac.digest(self.by_id[pepper_id], text.encode("utf-8", "replace"), hashlib.sha256)

    def matches(self, text: str, pepper_id: str, digest: bytes) -> bool:
        """False under a pepper that was taken away."""
        return pepper_id in self.by_id and hmac.compare_digest(self.digest(text, pepper_id), digest)
