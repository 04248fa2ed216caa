"""``python -m deploy.local up|down|status|demo``, and ``admin`` with the words of `stackroom-admin`."""

import argparse
import sys
from pathlib import Path

from deploy.local.admin import admin
from deploy.local.commands import down, status, up
from deploy.local.demo import demo
from deploy.local.environment import settings_of_person
from deploy.local.errors import LocalError
from deploy.local.home import DEFAULT, ROOT, Home
from stackroom_kit.settings import SettingsError

COMMANDS = {"up": up, "down": down, "status": status, "demo": demo}
ADMIN = "admin"


def _parser() -> argparse.ArgumentParser:
    """What `stackroom-admin` may understand is left to it, ``--help`` too."""
    places = argparse.ArgumentParser(add_help=False)
    places.add_argument("--home", type=Path, default=DEFAULT, help="folder of data, secrets and logs")
    places.add_argument("--env-file", type=Path, default=ROOT / ".env", help="settings; .env in the checkout")
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description="The stack as plain processes.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="|".join([*COMMANDS, ADMIN]))
    for name in (*COMMANDS, ADMIN):
        commands.add_parser(name, parents=[places], add_help=name != ADMIN, allow_abbrev=False)
    return parser


def main() -> int:
    parser = _parser()
    arguments, words = parser.parse_known_args()
    if words and arguments.command != ADMIN:
        parser.error(f"unknown words: {' '.join(words)}")
    home = Home(arguments.home.resolve())
    try:
        given = settings_of_person(arguments.env_file)
        if arguments.command == ADMIN:
            return admin(home, given, words)
        return COMMANDS[arguments.command](home, given)
    except (LocalError, SettingsError) as failure:
        sys.stderr.write(f"{failure}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
