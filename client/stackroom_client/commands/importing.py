"""``import``: send a file as a batch; repeated under one key, it can only become one batch."""

import argparse
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from stackroom_client.batch import Batch
from stackroom_client.commands.outcome import new_batch
from stackroom_client.context import Context
from stackroom_client.errors import ExitCode, Trouble, Unreachable
from stackroom_client.report import detected
from stackroom_client.server import Call
from stackroom_client.source import Source, media_type, opened
from stackroom_client.texts import rows, size
from stackroom_client.upload import Upload

OPTIONS = ("operation", "source", "queue", "on_conflict")


def import_file(context: Context, arguments: argparse.Namespace) -> ExitCode:
    kind = media_type(arguments.file, arguments.format)
    key = arguments.key or uuid.uuid4().hex
    with opened(arguments.file) as source:
        batch = _sent(context, source, key, kind, _query(arguments))
    return new_batch(context, batch, arguments.watch)


def _query(arguments: argparse.Namespace) -> dict[str, str]:
    """Only what was asked for: the server knows what else is usual."""
    given = {name: getattr(arguments, name) for name in OPTIONS}
    query = {name: value for name, value in given.items() if value is not None}
    return {**query, "dry_run": "true"} if arguments.dry_run else query


def _sent(context: Context, source: Source, key: str, kind: str, query: dict[str, str]) -> Batch:
    context.terminal.say(f"sending {source.name}, {size(source.size)}")
    headers = {"Content-Type": kind, "Idempotency-Key": key}
    with _key_said(context, key), context.terminal.bytes_bar("sending", source.size) as bar:
        # An empty body must be bytes: requests would send an empty iterable without its length.
        call = Call(
            "POST", "/api/importer/batches", query, headers, lambda: Upload(source, bar.show) if source.size else b""
        )
        answer = context.server.json(call)
    batch = Batch.of(answer)
    context.terminal.say(_accepted(batch))
    return batch


def _accepted(batch: Batch) -> str:
    words = [f"batch {batch.id}: {batch.label}, {rows(batch.rows)}"]
    if batch.outcomes.get("refused"):
        words.append(f"{rows(batch.outcomes['refused'])} refused")
    found = detected(batch)
    sentence = ", ".join(words) + (f"; read as {found}" if found else "")
    return sentence if batch.raw.get("created", True) else f"{sentence}; it was there already, under this key"


@contextmanager
def _key_said(context: Context, key: str) -> Iterator[None]:
    """The answer may be lost where the batch is not, so whoever repeats the command needs the key."""
    try:
        yield
    except (KeyboardInterrupt, Trouble, Unreachable):
        context.terminal.say(
            f"whether the server has the batch is not known; repeat with --key {key}: it stays one batch"
        )
        raise
