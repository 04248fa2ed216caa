"""Parse, run, and turn what went wrong into a message and an exit code."""

import argparse
import contextlib
import importlib
import io
from collections.abc import Sequence

from stackroom_client.address import named_address, parse_address
from stackroom_client.command_line import make_parser
from stackroom_client.errors import ClientError, ExitCode, TransientError
from stackroom_client.terminal import Terminal


def run(argv: Sequence[str] | None = None) -> int:
    """The exit code (``ExitCode``). 2 instead of 0 where messages could not be written."""
    try:
        terminal = Terminal()
    except ClientError as error:
        return error.exit_code
    code = _run(argv, terminal)
    return ExitCode.REFUSED if code == ExitCode.DONE and terminal.messages.is_lost else code


def _run(argv: Sequence[str] | None, terminal: Terminal) -> ExitCode:
    try:
        return _parse_and_run(argv, terminal)
    except ClientError as error:
        terminal.say(str(error))
        return error.exit_code
    except TransientError as trouble:
        terminal.say(str(trouble))
        return ExitCode.UNREACHABLE
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


def _parse_and_run(argv: Sequence[str] | None, terminal: Terminal) -> ExitCode:
    printed, said = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
            arguments = make_parser().parse_args(argv)
    except SystemExit as ended:
        # What argparse prints goes through the terminal, which tells of a stream that takes nothing.
        terminal.messages.write(said.getvalue())
        if printed.getvalue():
            terminal.out(printed.getvalue().removesuffix("\n"))
        return ExitCode.REFUSED if ended.code else ExitCode.DONE
    return _run_command(arguments, terminal)


def _run_command(arguments: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """HTTP libraries are imported here: importing them takes most of the time that the command needs to start."""
    from stackroom_client.context import Context
    from stackroom_client.credentials import PLAIN, credential_for
    from stackroom_client.server import Server

    module, _, name = arguments.run.partition(".")
    command = getattr(importlib.import_module(f"stackroom_client.commands.{module}"), name)
    address = parse_address(*named_address(arguments.url))
    credential, store = credential_for(address, arguments.token_file, terminal.say)
    if credential.token and address.is_open_to_listeners:
        terminal.say(f"the token {PLAIN}")
    server = Server(address, arguments.patience, terminal.say, credential)
    try:
        code: ExitCode = command(Context(server, terminal, arguments.json, arguments.url, credential, store), arguments)
    finally:
        server.close()
    return code
