"""Settings from a file like ``.env.example``: lines ``NAME=value``, ``#`` comments, quotes around a value if wanted."""

import re
from pathlib import Path

from dotenv.parser import Binding, parse_stream

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class EnvFileError(Exception):
    """One line that names the file, the line and what is wrong."""


def read_env_file(path: Path) -> dict[str, str]:
    """Name to value, with each ``$`` as it stands; nothing when there is no such file. Raises EnvFileError."""
    try:
        with path.open(encoding="utf-8") as file:
            bindings = list(parse_stream(file))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise EnvFileError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return dict(_setting(path, one) for one in bindings if one.error or one.key is not None)


def _setting(path: Path, found: Binding) -> tuple[str, str]:
    if found.error or found.key is None or found.value is None or not NAME.fullmatch(found.key):
        blank = len(found.original.string) - len(found.original.string.lstrip())
        number = found.original.line + found.original.string[:blank].count("\n")
        raise EnvFileError(f"{path.name} line {number} is not NAME=value: {found.original.string.strip()[:40]!r}")
    return found.key, found.value
