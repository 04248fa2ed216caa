"""``operations``, ``queues`` and ``workers``: what the server says of itself."""

import argparse
from collections.abc import Callable
from typing import Any

from stackroom_client.context import Context
from stackroom_client.errors import ExitCode, UsageError
from stackroom_client.texts import table

Item = dict[str, Any]
Column = tuple[str, Callable[[Item], Any]]


def _words(name: str) -> Callable[[Item], str]:
    return lambda item: ", ".join(map(str, item.get(name) or ())) or "-"


def _value(name: str) -> Callable[[Item], Any]:
    return lambda item: item.get(name)


def _fields(item: Item) -> str:
    """Optional ones in brackets."""
    fields = item.get("fields") or ()
    return " ".join(field["name"] if field.get("required") else f"[{field['name']}]" for field in fields)


def _busy(item: Item) -> int:
    return sum(held.get("rows", 0) for held in item.get("busy") or ())


OPERATIONS: tuple[Column, ...] = (
    ("operation", _value("name")), ("queues", _words("queues")), ("slots", _value("slots")),
    ("loads", _value("loads")), ("seconds at most", _value("time_limit")), ("fields", _fields),
)  # fmt: skip
QUEUES: tuple[Column, ...] = (
    ("queue", _value("queue")), ("workers", _value("workers")), ("slots", _value("slots")),
    ("chunks ready", _value("ready")), ("in work", _value("in_flight")), ("rows waiting", _value("waiting_rows")),
    ("oldest, s", _value("oldest_seconds")),
)  # fmt: skip
WORKERS: tuple[Column, ...] = (
    ("worker", _value("name")), ("host", _value("host")), ("alive", _value("alive")), ("queues", _words("queues")),
    ("slots", _value("slots")), ("rows in work", _busy), ("last seen", lambda item: str(item.get("last_seen"))[:19]),
    ("operations", _words("operations")),
)  # fmt: skip


def _list(context: Context, name: str, columns: tuple[Column, ...]) -> ExitCode:
    answer = context.server.get(f"/api/importer/{name}")
    items = answer.get("items") if isinstance(answer, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise UsageError(f"the answer is no list of {name}: is that a Stackroom server?")
    if context.as_json:
        context.terminal.out_json(items)
    else:
        lines = [[column(item) for _, column in columns] for item in items]
        context.terminal.out(table([head for head, _ in columns], lines))
    return ExitCode.DONE


def list_operations(context: Context, _arguments: argparse.Namespace) -> ExitCode:
    return _list(context, "operations", OPERATIONS)


def list_queues(context: Context, _arguments: argparse.Namespace) -> ExitCode:
    return _list(context, "queues", QUEUES)


def list_workers(context: Context, _arguments: argparse.Namespace) -> ExitCode:
    return _list(context, "workers", WORKERS)
