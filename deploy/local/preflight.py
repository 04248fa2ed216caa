"""``python -m deploy.local.preflight [--ports]``: what `make up` asks before it builds anything.

Standard library and kit only. Where the environment is there already, ``up`` itself looks at the ports: it first ends
what a killed run has left on them.
"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.addresses import SETTINGS, WITH_AUTH, listening, listening_parts, refuse_taken_ports, with_addresses
from deploy.local.errors import LocalError
from deploy.local.home import DEFAULT, ROOT, Home
from stackroom_kit.settings import SettingsError

NAMES = (*SETTINGS.values(), *WITH_AUTH.values(), "UI_HOST", "PORT_BASE", "AUTH")
# The few settings that matter here, none of which needs a quote; ``up`` reads the file to the letter.
LINE = re.compile(rf"^(?:export )?({'|'.join(NAMES)})=['\"]?([^'\"#\s]*)", re.MULTILINE)


def check(home: Home, asks_ports: bool, env_file: Path, environ: Mapping[str, str]) -> None:
    """Raises AlreadyRunning, PortTaken, SettingsError."""
    home.require_free()
    if not asks_ports:
        return
    written = env_file.read_text(encoding="utf-8", errors="replace") if env_file.is_file() else ""
    addresses = with_addresses({**dict(LINE.findall(written)), **environ})
    refuse_taken_ports({part: listening(part, addresses) for part in listening_parts(addresses)})


def main() -> int:
    try:
        check(Home(DEFAULT), "--ports" in sys.argv, ROOT / ".env", os.environ)
    except (LocalError, SettingsError) as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
