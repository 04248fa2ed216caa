"""``resources``, ``operations``, ``queues``, ``workers`` and ``worker-tokens list``: what the server says of itself."""

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from stackroom_client.context import Context
from stackroom_client.errors import ExitCode, UsageError
from stackroom_client.texts import table

Item = dict[str, Any]
Column = tuple[str, Callable[[Item], Any]]


def _words(name: str, nothing: str = "-") -> Callable[[Item], str]:
    return lambda item: ", ".join(map(str, item.get(name) or ())) or nothing


def _value(name: str) -> Callable[[Item], Any]:
    return lambda item: item.get(name)


def _fields(item: Item) -> str:
    """Optional ones in brackets."""
    return _bracketed({field["name"]: field.get("required") for field in item.get("fields") or ()})


def _busy(item: Item) -> int:
    return sum(held.get("rows", 0) for held in item.get("busy") or ())


def _day(name: str) -> Callable[[Item], str]:
    return lambda item: str(item.get(name) or "-")[:19]


def _title(item: Item) -> Any:
    titles = item.get("titles")
    return titles.get("many") if isinstance(titles, dict) else None


def _properties(item: Item) -> str:
    """Of the schema; optional ones in brackets. What is only shown is left out."""
    schema = item.get("schema") or {}
    sent = [name for name, about in schema.get("properties", {}).items() if not about.get("readOnly")]
    return _bracketed({name: name in schema.get("required", ()) for name in sent})


def _bracketed(fields: Mapping[str, Any]) -> str:
    return " ".join(name if is_required else f"[{name}]" for name, is_required in fields.items())


RESOURCES: tuple[Column, ...] = (
    ("resource", _value("name")), ("title", _title), ("ids are", _value("id")), ("fields", _properties),
)  # fmt: skip
OPERATIONS: tuple[Column, ...] = (
    ("operation", _value("name")), ("title", _value("title")), ("queues", _words("queues")), ("slots", _value("slots")),
    ("loads", _value("loads")), ("seconds at most", _value("time_limit")), ("fields", _fields),
)  # fmt: skip
QUEUES: tuple[Column, ...] = (
    ("queue", _value("queue")), ("workers", _value("workers")), ("slots", _value("slots")),
    ("chunks ready", _value("ready")), ("in work", _value("in_flight")), ("rows waiting", _value("waiting_rows")),
    ("oldest, s", _value("oldest_seconds")),
)  # fmt: skip
WORKER_TOKENS: tuple[Column, ...] = (
    ("host", _value("name")), ("begins with", lambda item: f"srw1_{item.get('key')}_"),
    ("queues", _words("queues", "all")), ("made by", _value("created_by")), ("valid until", _day("expires_at")),
    ("last seen", _day("last_seen")), ("worker", _value("worker")), ("contract", _value("contract")),
    ("revoked", _day("revoked_at")),
)  # fmt: skip
WORKERS: tuple[Column, ...] = (
    ("worker", _value("name")), ("host", _value("host")), ("alive", _value("alive")), ("queues", _words("queues")),
    ("slots", _value("slots")), ("rows in work", _busy), ("last seen", _day("last_seen")),
    ("operations", _words("operations")),
)  # fmt: skip


def _list(context: Context, path: str, columns: tuple[Column, ...]) -> ExitCode:
    answer = context.server.get(path)
    items = answer.get("items") if isinstance(answer, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise UsageError(f"the answer is no list of {path.rsplit('/', 1)[1]}: is that a Stackroom server?")
    if context.as_json:
        context.terminal.out_json(items)
    else:
        lines = [[column(item) for _, column in columns] for item in items]
        context.terminal.out(table([head for head, _ in columns], lines))
    return ExitCode.DONE


def list_resources(context: Context, _arguments: argparse.Namespace) -> ExitCode:
    return _list(context, "/api/resources", RESOURCES)


def list_operations(context: Context, _arguments: argparse.Namespace) -> ExitCode:
    return _list(context, "/api/importer/operations", OPERATIONS)


def list_queues(context: Context, _arguments: argparse.Namespace) -> ExitCode:
    return _list(context, "/api/importer/queues", QUEUES)


def list_workers(context: Context, _arguments: argparse.Namespace) -> ExitCode:
    return _list(context, "/api/importer/workers", WORKERS)


def list_worker_tokens(context: Context, _arguments: argparse.Namespace) -> ExitCode:
    return _list(context, "/api/importer/worker-tokens", WORKER_TOKENS)
