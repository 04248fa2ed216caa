"""Under what tokens are stored: an HMAC of each, whose key no database has."""

import dataclasses
import hashlib
import hmac
import re

from stackroom_kit.settings import Secret, wrong_secret

MIN_PEPPER = 32  # characters
_PEPPER = re.compile(rf"(?:([A-Za-z0-9]{{1,16}}):)?([\x21-\x2b\x2d-\x39\x3b-\x7e]{{{MIN_PEPPER},}})", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Peppers:
    """Keys of HMAC-SHA256 by their ids. The first makes digests, all check them."""

    by_id: dict[str, bytes]

    @classmethod
    def of(cls, setting: Secret, name: str) -> "Peppers":
        """``name`` is the setting's. SettingsError, which shows none of them. One alone needs no id: its id is 1."""
        found = [_PEPPER.fullmatch(one.strip()) for one in setting.reveal().split(",")]
        named = {one[1] or "1": one[2].encode() for one in found if one}
        if not all(found) or len(named) < len(found):
            allowed = f"id:pepper, separated by commas, each of at least {MIN_PEPPER} characters without spaces"
            raise wrong_secret(name, setting, f"{allowed}, under ids that differ")
        return cls(named)

    @property
    def newest(self) -> str:
        return next(iter(self.by_id))

    def digest(self, text: str, pepper_id: str) -> bytes:
        return hmac.digest(self.by_id[pepper_id], text.encode("utf-8", "replace"), hashlib.sha256)

    def matches(self, text: str, pepper_id: str, digest: bytes) -> bool:
        """False under a pepper that was taken away."""
        return pepper_id in self.by_id and hmac.compare_digest(self.digest(text, pepper_id), digest)
