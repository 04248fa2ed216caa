"""``stackroom-admin``: users from the command line of the server, where nobody can sign in (any more).

It asks the database alone. A password is asked for twice, or is the first line of what is piped in; with ``--link``
the user chooses it. Links are printed as browsers take them, below PUBLIC_URL.
"""

import argparse
import getpass
import sys
from collections.abc import Callable
from typing import NamedTuple

from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from identity import links, sessions, stored_passwords, users
from identity.database import make_engine
from identity.passwords import Passwords, check_new_password
from identity.settings import Settings
from identity.users import User
from stackroom_kit.problems import Problem
from stackroom_kit.rights import ROLES
from stackroom_kit.settings import SettingsError, read_settings
from stackroom_sql.engine import transaction


class Server(NamedTuple):
    """``public_url`` is where browsers find the gateway; empty where nobody said so."""

    engine: Engine
    public_url: str

    def link(self, page: str, secret: str) -> str:
        """The secret stands behind a #, which no browser sends and no log gets to see."""
        return f"{self.public_url.rstrip('/')}/{page}#{secret}"


Command = Callable[[Server, argparse.Namespace], str]


class AdminError(Exception):
    """One line for whoever sits there."""


def set_up(server: Server, _arguments: argparse.Namespace) -> str:
    """Nothing, and a line for whoever sits there, where there is an administrator already."""
    with transaction(server.engine) as connection:
        secret = links.make_set_up_link(connection)
    if secret is None:
        sys.stderr.write("there is an administrator already, who makes all other users\n")
        return ""
    return server.link("set-up", secret)


def list_all(server: Server, _arguments: argparse.Namespace) -> str:
    found: list[User] = []
    after = ""
    while page := users.list_users(server.engine, after, 1000)[0]:
        found, after = [*found, *page], page[-1].name
    return "\n".join(f"{user.name}\t{user.role}\t{_state(user)}" for user in found)


def _state(user: User) -> str:
    if user.is_disabled:
        return "disabled"
    if user.is_from_provider:
        return "signs in by the provider"
    return "may sign in" if user.has_password else "has no password yet"


def add_user(server: Server, arguments: argparse.Namespace) -> str:
    name = users.user_name(arguments.name)
    password_hash = None if arguments.link else _hash(_new_password(name))
    with transaction(server.engine) as connection:
        user = users.insert(connection, name, users.full_name(arguments.full_name), arguments.role, password_hash)
        return _password_link(server, connection, user) if arguments.link else f"{name} may sign in now."


def reset_password(server: Server, arguments: argparse.Namespace) -> str:
    """The user may sign in again, with the new password alone."""
    name = users.user_name(arguments.name)
    password_hash = None if arguments.link else _hash(_new_password(name))
    with transaction(server.engine) as connection:
        users.lock_admins(connection)
        user = users.find_by_name(connection, name)
        users.refuse_provider_user(user)
        users.change(connection, user, is_disabled=False)
        sessions.end_all(connection, user.id)
        if password_hash is None:
            return _password_link(server, connection, user)
        stored_passwords.choose(connection, user.id, password_hash)
        return f"{name} may sign in with the new password; all sessions are over."


def set_role(server: Server, arguments: argparse.Namespace) -> str:
    with transaction(server.engine) as connection:
        users.lock_admins(connection)
        user = users.find_by_name(connection, users.user_name(arguments.name))
        users.change(connection, user, role=arguments.role)
        sessions.end_all(connection, user.id)
    return f"{user.name} is {arguments.role} now; all sessions are over."


def _password_link(server: Server, connection: Connection, user: User) -> str:
    return server.link("choose-password", links.make_password_link(connection, user.id))


def make_local(server: Server, arguments: argparse.Namespace) -> str:
    """For when there is no provider any more: whoever comes by one again is somebody else."""
    with transaction(server.engine) as connection:
        users.lock_admins(connection)
        user = users.find_by_name(connection, users.user_name(arguments.name))
        if not connection.execute(users.FORGET_LOGIN, {"id": user.id}).rowcount:
            raise AdminError(f"{user.name} is a local user already; nothing was changed")
        sessions.end_all(connection, user.id)
    return f"{user.name} is a local user now, who has no password yet; all sessions are over."


def _new_password(name: str) -> str:
    """Problem where it is none that is taken; AdminError where it was typed in two ways."""
    if sys.stdin.isatty():
        password = getpass.getpass("New password: ")
        if getpass.getpass("Once more: ") != password:
            raise AdminError("these were two different passwords; nothing was changed")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    check_new_password(password, name)
    return password


def _hash(password: str) -> str:
    return Passwords(1, RFC_9106_LOW_MEMORY).hashed(password)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="stackroom-admin", description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _command(commands, "set-up", set_up, "print the one-time link for the first administrator")
    _command(commands, "users", list_all, "list users, their roles and whether they may sign in")
    adding = _command(commands, "add-user", add_user, "make a user", "name", "--link")
    adding.add_argument("--role", choices=ROLES, required=True)
    adding.add_argument("--full-name", default=None)
    _command(commands, "reset-password", reset_password, "give a user another password", "name", "--link")
    _command(commands, "make-local", make_local, "part a user from the provider", "name")
    _command(commands, "set-role", set_role, "change what a user may do", "name").add_argument("role", choices=ROLES)
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Command, meaning: str, *more: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=meaning, description=meaning)
    parser.set_defaults(run=run)
    if "name" in more:
        parser.add_argument("name", metavar="NAME")
    if "--link" in more:
        parser.add_argument("--link", action="store_true", help="print a one-time link; ask for no password")
    return parser


def main(words: list[str] | None = None) -> int:
    """0, or 1 with a line on standard error; 2 for wrong settings."""
    arguments = _parser().parse_args(words)
    try:
        settings = read_settings(Settings)
        engine = make_engine(settings.database_uri, 1)
        try:
            said = arguments.run(Server(engine, settings.public_url), arguments)
        finally:
            engine.dispose()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (Problem, AdminError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except SQLAlchemyError as error:
        sys.stderr.write(f"the database does not answer as it should: {type(error).__name__}\n")
        return 1
    sys.stdout.write(f"{said}\n" if said else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
