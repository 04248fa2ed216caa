"""``import``: send a file as a batch; repeated under one key, it can only become one batch.

A video, or what else an operation reads as media, is uploaded first; its batch has one record, which names the upload.
"""

import argparse
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from stackroom_client.batch import Batch
from stackroom_client.commands.files import upload
from stackroom_client.commands.outcome import new_batch
from stackroom_client.context import Context
from stackroom_client.errors import ExitCode, Refused, TransientError, Unreachable, UsageError
from stackroom_client.media import MediaReader, media_reader, media_readers
from stackroom_client.preview import detected, warnings
from stackroom_client.server import Call
from stackroom_client.source import MEDIA_TYPES, Source, is_video, kind_of_rows, media_type, opened, shown
from stackroom_client.texts import rows
from stackroom_client.upload import BODY, FILE_OPTIONS, check_size, send

BATCHES = "/api/importer/batches"
OPTIONS = ("operation", "source", "queue", "on_conflict", *FILE_OPTIONS)
WRONG_COLUMNS = frozenset({"missing_column", "unknown_column"})


def import_file(context: Context, arguments: argparse.Namespace) -> ExitCode:
    reader = _reader(context, arguments)
    kind = MEDIA_TYPES["ndjson"] if reader else media_type(arguments.file, arguments.format)
    if reader:
        _check_is_no_table(arguments)
    headers = {"Content-Type": kind, "Idempotency-Key": arguments.key or uuid.uuid4().hex}
    query = _query(arguments)
    with opened(arguments.file) as source:
        send_source = partial(_send_media, reader) if reader else _send_rows
        batch = Batch.of(send_source(context, source, headers, query))
    context.terminal.say(_accepted(batch, "" if reader else detected(batch.raw)))
    for warning in [] if reader else warnings(batch.raw):
        context.terminal.say(warning)
    return new_batch(context, batch, arguments.watch)


def _reader(context: Context, arguments: argparse.Namespace) -> MediaReader | None:
    """The operation that reads the file itself; None where its rows are sent.

    A video is known by its ending. Any other file is media where the operation that is asked for reads such.
    """
    if is_video(arguments.file, arguments.format):
        return media_reader(context, arguments.operation)
    if arguments.operation is None or kind_of_rows(arguments.file, arguments.format) is not None:
        return None
    return next((one for one in media_readers(context) if one.operation == arguments.operation), None)


def _check_is_no_table(arguments: argparse.Namespace) -> None:
    """UsageError before a file is sent as it is: its batch holds no text of the sender's."""
    for name in FILE_OPTIONS:
        if getattr(arguments, name) is not None:
            raise UsageError(f"{shown(arguments.file)} is no table, and has no --{name}")


def _query(arguments: argparse.Namespace) -> dict[str, str]:
    """Only what was asked for: the server knows what else is usual."""
    given = {name: getattr(arguments, name) for name in OPTIONS}
    query = {name: value for name, value in given.items() if value is not None}
    return {**query, "dry_run": "true"} if arguments.dry_run else query


def _send_rows(context: Context, source: Source, headers: dict[str, str], query: dict[str, str]) -> Any:
    check_size(context, source, BODY)
    with _telling_the_key(context, headers), _hinting_at_operation(query):
        return send(context, source, BATCHES, headers, query)


def _send_media(
    reader: MediaReader, context: Context, source: Source, headers: dict[str, str], query: dict[str, str]
) -> Any:
    """The same file gets the same name, so a repeat under one key sends the same record."""
    record = reader.record(source.name, upload(context, source)["name"])
    body = json.dumps(record).encode()
    with _telling_the_key(context, headers):
        return context.server.json(
            Call("POST", BATCHES, {**query, "operation": reader.operation}, headers, lambda: body)
        )


def _accepted(batch: Batch, found: str) -> str:
    words = [f"batch {batch.id}: {batch.label}, {rows(batch.rows)}"]
    if batch.outcomes.get("refused"):
        words.append(f"{rows(batch.outcomes['refused'])} refused")
    sentence = ", ".join(words) + (f"; read as {found}" if found else "")
    return sentence if batch.raw.get("created", True) else f"{sentence}; it was there already, under this key"


@contextmanager
def _hinting_at_operation(query: dict[str, str]) -> Iterator[None]:
    """Columns that are refused may be right for an operation that was not asked for."""
    try:
        yield
    except Refused as refused:
        if "operation" in query or refused.code not in WRONG_COLUMNS:
            raise
        hint = "  no --operation was given; stackroom preview finds the one that a file fits best"
        raise Refused(refused.status, refused.code, f"{refused}\n{hint}") from None


@contextmanager
def _telling_the_key(context: Context, headers: dict[str, str]) -> Iterator[None]:
    """Without an answer nobody knows whether the batch is there: whoever repeats the command needs the key."""
    try:
        yield
    except (KeyboardInterrupt, TransientError, Unreachable):
        key = headers["Idempotency-Key"]
        context.terminal.say(
            f"whether the server has the batch is not known; repeat with --key {key}: it stays one batch"
        )
        raise
