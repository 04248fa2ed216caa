"""What is given away and comes back, or is kept for a while, so that nobody else can read or change it."""

import base64
import hashlib
import hmac
from typing import TypeVar

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from stackroom_kit.peppers import Peppers

T = TypeVar("T", bound=msgspec.Struct)
LABEL = b"stackroom.identity.seal"


def _key(pepper: bytes) -> bytes:
    """Of the pepper, and good for nothing else."""
    return base64.urlsafe_b64encode(hmac.digest(pepper, LABEL, hashlib.sha256))


class Seal:
    """The newest pepper closes, all of them open. Structs are tagged, so none can be taken for another."""

    def __init__(self, peppers: Peppers) -> None:
        self._fernet = MultiFernet([Fernet(_key(pepper)) for pepper in peppers.by_id.values()])

    def closed(self, value: msgspec.Struct) -> str:
        return self._fernet.encrypt(msgspec.json.encode(value)).decode()

    def opened(self, sealed: str, kind: type[T], seconds: int | None = None) -> T | None:
        """None for what we did not seal, what is of another kind, and what is older than ``seconds``."""
        try:
            return msgspec.json.decode(self._fernet.decrypt(sealed.encode("utf-8", "replace"), seconds), type=kind)
        except (InvalidToken, msgspec.DecodeError):
            return None
