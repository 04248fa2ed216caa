"""Tokens of ``stackroom login``: one per server, in a file that nobody else on this machine may read."""

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from stackroom_client.errors import UsageError

VARIABLE = "STACKROOM_TOKEN"
OWN = 0o600
MOST_BYTES = 1_000_000


def store_path(environ: Mapping[str, str] = os.environ) -> Path:
    """As the XDG base directories have it."""
    base = environ.get("XDG_CONFIG_HOME") or ""
    folder = Path(base) if base.startswith("/") else Path("~/.config").expanduser()
    return folder / "stackroom" / "tokens.json"


class TokenStore:
    """UsageError where the file cannot be read or written. None of its tokens is used while others may read it.

    It is written anew each time, so what it was linked to stays as it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, server: str) -> str | None:
        kept, mode = self._read()
        if os.name == "posix" and mode & 0o077:
            raise UsageError(
                f"{self.path} holds tokens, and others may read it (mode {mode:o}): chmod 600 it, and make new tokens"
                " if somebody may have read it"
            )
        return kept.get(server)

    def keep(self, server: str, token: str) -> None:
        self._write({**self._read()[0], server: token})

    def forget(self, server: str) -> bool:
        """False where there was none."""
        kept, _mode = self._read()
        if kept.pop(server, None) is None:
            return False
        self._write(kept)
        return True

    def _read(self) -> tuple[dict[str, str], int]:
        """The tokens by their servers, and the mode of the file."""
        try:
            with self.path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode & 0o777
                content = file.read(MOST_BYTES)
        except FileNotFoundError:
            return {}, OWN
        except OSError as error:
            raise UsageError(f"{self.path} cannot be read: {error.strerror}") from None
        return self._parsed(content), mode

    def _parsed(self, content: bytes) -> dict[str, str]:
        try:
            kept = json.loads(content)
        except ValueError:
            kept = None
        if not isinstance(kept, dict) or not all(isinstance(one, str) for one in kept.values()):
            raise UsageError(f"{self.path} is damaged; remove it and sign in again: stackroom login")
        return kept

    def _write(self, kept: dict[str, str]) -> None:
        """Whole or not at all; from its first byte on nobody else may read it."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            number, name = tempfile.mkstemp(dir=self.path.parent, prefix=".tokens-")  # mode 0600
            try:
                with os.fdopen(number, "w", encoding="utf-8") as file:
                    json.dump(kept, file)
                Path(name).replace(self.path)
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    Path(name).unlink()
                raise
        except OSError as error:
            raise UsageError(f"{self.path} cannot be written: {error.strerror}") from None
