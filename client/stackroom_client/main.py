"""``stackroom``: parse, run, and turn what went wrong into a message and an exit code."""

from collections.abc import Sequence

from stackroom_client.address import parse_address
from stackroom_client.command_line import given_address, make_parser
from stackroom_client.context import Context
from stackroom_client.errors import ClientError, ExitCode, Trouble
from stackroom_client.server import Server
from stackroom_client.terminal import Terminal


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code (``ExitCode``); wrong usage leaves by SystemExit 2, as argparse does."""
    arguments = make_parser().parse_args(argv)
    terminal = Terminal()
    try:
        server = Server(parse_address(given_address(arguments)), arguments.patience, terminal.say)
        try:
            code: ExitCode = arguments.run(Context(server, terminal, arguments.json, arguments.url), arguments)
        finally:
            server.close()
    except ClientError as error:
        terminal.say(str(error))
        return error.exit_code
    except Trouble as trouble:
        terminal.say(str(trouble))
        return ExitCode.UNREACHABLE
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        terminal.drop_output()
        return ExitCode.NO_READER
    return code
