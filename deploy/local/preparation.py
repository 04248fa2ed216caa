"""What has to be done before parts start, at first and after a change of their files: migrations, translations."""

import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import IO

from deploy.local.environment import Stack
from deploy.local.errors import LocalError
from deploy.local.home import ROOT, Home
from deploy.local.logs import last_lines, say
from deploy.local.supervisor import StartFailed

SERVICES = ("catalog", "importer")
TRANSLATIONS = ROOT / "services" / "ui" / "ui" / "translations"


def migrate(home: Home, stack: Stack) -> None:
    """Bring every schema to its newest version. Raises StartFailed."""
    for service in _services(stack):
        _migrate(home, stack, service)


def _services(stack: Stack) -> list[str]:
    """Those of this stack that have schemas; identity is there only where people sign in."""
    return [*SERVICES, *(["identity"] if stack.asks_who_calls else ())]


def prepare_again(home: Home, stack: Stack, changed: Collection[Path]) -> None:
    """What these changes make necessary. What cannot be done is said: the next change may mend it."""
    try:
        if any(path.suffix == ".po" for path in changed):
            _compile_translations()
        for service in _services(stack):
            if any(path.is_relative_to(_migrations(service)) for path in changed):
                _migrate(home, stack, service)
    except LocalError as failure:
        say("stackroom", str(failure))


def _migrations(service: str) -> Path:
    return ROOT / "services" / service / service / "migrations"


def _migrate(home: Home, stack: Stack, service: str) -> None:
    log = home.log(f"{service}-migrate")
    environ = {**stack.environ, **stack.of_database(service, "migrations")}
    with log.open("ab") as file:
        done = _run(f"{service}.migrate", environ=environ, output=file)
    if done != 0:
        end = "\n".join(f"  {line}" for line in last_lines(log))
        raise StartFailed(f"{service}.migrate failed; the end of {log}:\n{end}")


def _compile_translations() -> None:
    words = ["babel.messages.frontend", "--quiet", "compile", "--directory", str(TRANSLATIONS)]
    if _run(*words) != 0:
        raise LocalError(f"the translations in {TRANSLATIONS} cannot be compiled; what is wrong stands above")


def _run(*module: str, environ: Mapping[str, str] | None = None, output: IO[bytes] | None = None) -> int:
    """The exit status of a module of Python, with its words."""
    command = [sys.executable, "-m", *module]
    done = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False)
    return done.returncode
