"""Secrets that ``make up`` makes once and keeps, each in a file that only its owner can read."""

import os
import secrets
from pathlib import Path

BYTES = 32


def kept_secret(folder: Path, name: str) -> Path:
    """The file of the secret ``name``, made at the first call. Whoever needs it reads it with ``NAME_FILE``."""
    path = folder / name
    try:
        # The mode is set as the file is made, so that the secret is never readable, not even for a moment.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if path.read_text(encoding="ascii").strip():
            return path
        path.unlink()  # A kill between making and writing left it empty.
        return kept_secret(folder, name)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(BYTES) + "\n")
    return path


def written_secret(folder: Path, name: str, value: str) -> Path:
    """A file of the secret ``name`` with this value, for what is composed anew at each start."""
    path = folder / name
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(value + "\n")
    return path
