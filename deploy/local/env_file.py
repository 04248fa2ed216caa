"""Settings from a file like ``.env.example``: lines ``NAME=value``, ``#`` comments, quotes around a value if wanted."""

import re
from pathlib import Path

LINE = re.compile(r"""(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)""")
COMMENT = re.compile(r"(^|\s)#.*$")


class EnvFileError(Exception):
    """One line that names the file, the line and what is wrong."""


def read_env_file(path: Path) -> dict[str, str]:
    """Name to value; nothing when there is no such file. EnvFileError for a line that is neither."""
    if not path.exists():
        return {}
    settings: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = LINE.fullmatch(stripped)
        if not match:
            raise EnvFileError(f"{path.name} line {number} is not NAME=value: {stripped[:40]!r}")
        settings[match["name"]] = _value(match["value"])
    return settings


def _value(written: str) -> str:
    for quote in ("'", '"'):
        if written.startswith(quote) and written.find(quote, 1) > 0:
            return written[1 : written.find(quote, 1)]
    return COMMENT.sub("", written).strip()
