"""Tokens of ``stackroom login``: one per server, in a file that nobody else on this machine may read."""

import contextlib
import errno
import json
import os
import stat
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from stackroom_client.errors import UsageError

VARIABLE = "STACKROOM_TOKEN"
OWN, OTHERS = 0o600, 0o077
MOST_BYTES = 1_000_000
# Without these a link would lead elsewhere, and a pipe would wait for somebody. Windows has neither.
AS_IT_IS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
SIGN_IN_AGAIN = "remove it and sign in again: stackroom login"


def store_path(environ: Mapping[str, str] = os.environ) -> Path:
    """As the XDG base directories have it."""
    base = environ.get("XDG_CONFIG_HOME") or ""
    folder = Path(base) if base.startswith("/") else Path("~/.config").expanduser()
    return folder / "stackroom" / "tokens.json"


class TokenStore:
    """UsageError where the file cannot be read or written, or is none of this user's own; ``say`` hears of its mending.

    It is written anew each time, so nobody who has it open sees what comes later.
    """

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        self.path, self._say = path, say

    def get(self, server: str) -> str | None:
        return self._read().get(server)

    def keep(self, server: str, token: str) -> None:
        self._write({**self._read(), server: token})

    def forget(self, server: str) -> bool:
        """False where there was none."""
        kept = self._read()
        if kept.pop(server, None) is None:
            return False
        self._write(kept)
        return True

    def _read(self) -> dict[str, str]:
        """The tokens by their servers."""
        try:
            with os.fdopen(os.open(self.path, AS_IT_IS), "rb") as file:
                self._make_own(file.fileno())
                content = file.read(MOST_BYTES)
        except FileNotFoundError:
            return {}
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise UsageError(f"{self.path} is a link: {SIGN_IN_AGAIN}") from None
            raise UsageError(f"{self.path} cannot be read: {error.strerror}") from None
        return self._parsed(content)

    def _make_own(self, file: int) -> None:
        """For its owner's eyes alone from now on. UsageError for what is no file, or another user's. OSError."""
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"{self.path} is no file: {SIGN_IN_AGAIN}")
        if os.name != "posix":
            return
        if found.st_uid != os.geteuid():
            raise UsageError(f"{self.path} belongs to another user: {SIGN_IN_AGAIN}")
        if found.st_mode & OTHERS:
            os.fchmod(file, OWN)
            self._say(
                f"others could read {self.path} (mode {stat.S_IMODE(found.st_mode):o}); it is yours alone now (600)."
                " If somebody may have read it, make new tokens: stackroom logout, then login"
            )

    def _parsed(self, content: bytes) -> dict[str, str]:
        try:
            kept = json.loads(content)
        except ValueError:
            kept = None
        if not isinstance(kept, dict) or not all(isinstance(one, str) for one in kept.values()):
            raise UsageError(f"{self.path} is damaged: {SIGN_IN_AGAIN}")
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
