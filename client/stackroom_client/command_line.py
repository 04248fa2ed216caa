"""The words of the command line."""

import argparse
from typing import Any, NoReturn

from stackroom_client.address import DEFAULT, ENV_FILE, VARIABLE
from stackroom_client.argument_types import batch_id, count, idempotency_key, seconds, text
from stackroom_client.batch import STATES
from stackroom_client.retry import DEFAULT_SECONDS
from stackroom_client.source import MEDIA_TYPES, VIDEO
from stackroom_client.token_store import VARIABLE as TOKEN

EPILOG = """exit codes:
  0    done
  1    the batch is over, with rows that failed, were refused or were cancelled; or preview found some to refuse
  2    wrong usage, a file or a stream that cannot be read or written, or refused by the server (another 4xx)
  3    the server cannot be reached, or answers 5xx, after --patience
  4    nobody is signed in, or the server does not take the token (401)
  5    who is signed in may not do it (403)
  130  interrupted; a batch that was accepted goes on
"""


def _common(*, is_default: bool) -> argparse.ArgumentParser:
    """Options before and after the command's name; only before it do they have defaults, else those would win."""
    defaults = {"url": None, "token_file": None, "json": False, "patience": DEFAULT_SECONDS}
    default = defaults if is_default else dict.fromkeys(defaults, argparse.SUPPRESS)
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--url",
        metavar="ADDRESS",
        default=default["url"],
        help=f"the server; else {VARIABLE}, else the port that {ENV_FILE} names, else {DEFAULT}",
    )
    parser.add_argument(
        "--token-file", metavar="FILE", default=default["token_file"],
        help=f"an API token; {TOKEN} wins over it, and it over that of login",
    )  # fmt: skip
    parser.add_argument(
        "--json", action="store_true", default=default["json"], help="results as one JSON document, as the API has them"
    )
    parser.add_argument(
        "--patience", type=seconds, metavar="SECONDS", default=default["patience"],
        help=f"how long to try again where the server does not answer ({DEFAULT_SECONDS:g})",
    )  # fmt: skip
    return parser


class _Version(argparse.Action):
    """Looked up when it is asked for: to find it takes longer than to parse."""

    def __call__(self, parser: argparse.ArgumentParser, *_rest: Any) -> NoReturn:
        from importlib.metadata import version

        print(f"stackroom {version('stackroom-client')}")  # noqa: T201 - to where argparse prints as well
        parser.exit()


class _Commands:
    """``run`` is the function below ``commands`` that does it, by name: it is imported once the words are parsed."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
        self._common = _common(is_default=False)

    def add(self, name: str, run: str, help_text: str, *, takes_batch: bool = False) -> argparse.ArgumentParser:
        parser = self._commands.add_parser(name, help=help_text, description=help_text, parents=[self._common])
        parser.set_defaults(run=run)
        if takes_batch:
            parser.add_argument("batch", type=batch_id, metavar="ID", help="the batch's id")
        return parser


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="stackroom",
        description="Send batches to a Stackroom server, watch them, fetch what became of each row.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[_common(is_default=True)],
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = _Commands(parser)
    _add_preview(commands)
    _add_import(commands)
    upload = commands.add("upload", "files.upload_file", "keep a video on the server; prints the name for its records")
    upload.add_argument("file", metavar="FILE", help="any file; - reads standard input")
    _add_batches(commands)
    _add_results(commands)
    commands.add("show", "batches.show_batch", "one batch: counts, first failed rows", takes_batch=True)
    commands.add("watch", "batches.watch_batch", "follow a batch to its end", takes_batch=True)
    commands.add("cancel", "batches.cancel_batch", "stop what is not done yet", takes_batch=True)
    for name, run, help_text in (
        ("retry", "batches.retry_batch", "a new batch of the rows that failed or were cancelled"),
        ("undo", "batches.undo_batch", "a new batch that takes back what a load created and nobody changed since"),
    ):
        _add_watch(commands.add(name, run, help_text, takes_batch=True))
    commands.add(
        "delete", "batches.delete_batch", "remove a finished batch, rows and results, for good", takes_batch=True
    )
    commands.add("resources", "server_lists.list_resources", "what the register has, and the fields of its rows")
    commands.add(
        "operations", "server_lists.list_operations", "what can be done with a file, and the fields of its rows"
    )
    login = commands.add("login", "signing_in.login", "sign in: a page in a browser asks you whether it may")
    login.add_argument("--browser", action="store_true", help="open that page as well, where there is a browser")
    commands.add("logout", "signing_in.logout", "take the token of login back")
    commands.add("whoami", "signing_in.whoami", "who this is for the server, and what he may do")
    commands.add("queues", "server_lists.list_queues", "what waits, and for whom")
    commands.add("workers", "server_lists.list_workers", "who works, and on what")
    _add_worker_tokens(commands)
    return parser


def _add_watch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--watch", action="store_true", help="follow it to its end; Ctrl-C leaves it running")


def _add_file_options(parser: argparse.ArgumentParser) -> None:
    """They mean the same for every command that sends rows."""
    parser.add_argument("--encoding", type=text, help="what the text is in; else the server finds out, and says it")
    parser.add_argument("--delimiter", choices=(",", ";", "|", "tab"), help="of a CSV; else the server finds out")
    parser.add_argument(
        "--columns", type=text, metavar="HEAD:FIELD,...", help="of a CSV: which fields columns of other heads are"
    )


def _add_preview(commands: _Commands) -> None:
    parser = commands.add("preview", "files.preview_file", "what the server reads in a file; nothing is written")
    parser.add_argument("file", metavar="FILE", help="CSV, JSON or NDJSON, also as .gz; - reads standard input")
    parser.add_argument("--operation", type=text, help="read it for this one; else for the one that it fits best")
    parser.add_argument("--format", choices=sorted(MEDIA_TYPES), help="what is in FILE; else its ending says it")
    _add_file_options(parser)
    parser.add_argument("--queue", type=text, help="one of the operation's queues")


def _add_import(commands: _Commands) -> None:
    parser = commands.add("import", "importing.import_file", "send a file as a batch; prints the batch's id")
    parser.add_argument(
        "file", metavar="FILE", help="CSV, JSON, NDJSON (also as .gz) or a video; - reads standard input"
    )
    parser.add_argument(
        "--operation",
        type=text,
        help="what to do with each row, one that `stackroom operations` lists",
    )
    parser.add_argument(
        "--format", choices=(*sorted(MEDIA_TYPES), VIDEO), help="what is in FILE; else its ending says it"
    )
    _add_file_options(parser)
    parser.add_argument("--source", type=text, help="who sends it; a name to find it by")
    parser.add_argument("--queue", type=text, help="one of the operation's queues")
    parser.add_argument("--on-conflict", choices=("fail", "skip", "update"), help="loads: when a row is there already")
    parser.add_argument("--dry-run", action="store_true", help="loads: say what would happen, change nothing")
    parser.add_argument("--key", type=idempotency_key, help="Idempotency-Key: the same key and file are one batch")
    _add_watch(parser)


def _add_batches(commands: _Commands) -> None:
    parser = commands.add("batches", "batches.list_batches", "batches, newest first")
    parser.add_argument("--limit", type=count, default=20, metavar="N", help="at most so many (20)")
    parser.add_argument("--mine", action="store_true", help="only those that you sent")
    parser.add_argument("--state", choices=STATES)
    for name in ("operation", "source", "queue"):
        parser.add_argument(f"--{name}", type=text)


def _add_results(commands: _Commands) -> None:
    parser = commands.add(
        "results", "batches.fetch_results", "an outcome per row, in the order of the file", takes_batch=True
    )
    parser.add_argument("--format", choices=("ndjson", "csv"), default="ndjson")
    parser.add_argument("--outcome", choices=("ok", "failed", "refused", "not_ok", "cancelled"), help="only these rows")
    parser.add_argument("-o", "--output", metavar="FILE", help="written whole or not at all; else standard output")


def _add_worker_tokens(commands: _Commands) -> None:
    """For administrators."""
    help_text = "tokens of hosts with workers: made, listed, taken back"
    tokens = _Commands(commands.add("worker-tokens", "server_lists.list_worker_tokens", help_text))
    tokens.add("list", "server_lists.list_worker_tokens", "whose they are, and when they were last seen")
    make = tokens.add("make", "worker_tokens.make_worker_token", "prints a new token, which is never shown again")
    make.add_argument("--queue", action="append", type=text, help="one that it is for; may come again; else all")
    make.add_argument("--days", type=count, metavar="N", help="how long it is valid; else without an end")
    revoke = tokens.add("revoke", "worker_tokens.revoke_worker_token", "its host can take no work any more")
    for parser in (make, revoke):
        parser.add_argument("name", type=text, metavar="HOST", help="the name of the host")
