"""Commands about batches that are there."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stackroom_client.batch import Batch
from stackroom_client.commands.outcome import new_batch, tell, watch
from stackroom_client.context import Context
from stackroom_client.download import fetch
from stackroom_client.errors import ExitCode, Refused, UsageError
from stackroom_client.follow import batch_path, read_batch
from stackroom_client.server import Call
from stackroom_client.texts import rows, table

LARGEST_PAGE = 200
FILTERS = ("state", "operation", "source", "queue")
SENDER, BEFORE = "sent by", "before identity"
HEADS = ("batch", "created (UTC)", "operation", "source", "state", "rows", "ok", "failed", "refused")


def list_batches(context: Context, arguments: argparse.Namespace) -> ExitCode:
    """Newest first, over as many pages as ``--limit`` needs."""
    given = {name: getattr(arguments, name) for name in FILTERS}
    filters = {name: value for name, value in given.items() if value is not None}
    filters |= {"mine": "true"} if arguments.mine else {}
    found = [Batch.of(item) for item in _listed(context, filters, arguments.limit)]
    if context.as_json:
        context.terminal.out_json([batch.raw for batch in found])
    else:
        context.terminal.out(_table(found))
    return ExitCode.DONE


def _table(found: list[Batch]) -> str:
    """With the senders, where somebody was asked who he is."""
    if not any(batch.sender for batch in found):
        return table(HEADS, map(_line, found))
    return table((*HEADS, SENDER), [(*_line(batch), batch.sender or BEFORE) for batch in found])


def _listed(context: Context, filters: dict[str, str], limit: int) -> Iterator[Any]:
    after: str | None = None
    while limit > 0:
        paging = {"limit": str(min(limit, LARGEST_PAGE)), **({"after": after} if after else {})}
        page = context.server.get("/api/importer/batches", {**filters, **paging})
        if not isinstance(page, dict) or not isinstance(page.get("items"), list):
            raise UsageError("the answer is no list of batches: is that a Stackroom server?")
        yield from page["items"]
        limit -= len(page["items"])
        after = page.get("next")
        if not after:
            return


def _line(batch: Batch) -> tuple[Any, ...]:
    created = str(batch.raw.get("created_at", ""))[:19].replace("T", " ")
    counts = (batch.outcomes.get(name, 0) for name in ("ok", "failed", "refused"))
    return (batch.id, created, batch.label, batch.raw.get("source"), batch.state, batch.rows, *counts)


def show_batch(context: Context, arguments: argparse.Namespace) -> ExitCode:
    tell(context, read_batch(context.server, arguments.batch))
    return ExitCode.DONE


def watch_batch(context: Context, arguments: argparse.Namespace) -> ExitCode:
    return tell(context, watch(context, arguments.batch))


def cancel_batch(context: Context, arguments: argparse.Namespace) -> ExitCode:
    """Done when the call worked, whatever state the batch was in."""
    context.say_where(f"cancelling {arguments.batch}")
    batch = Batch.of(context.server.json(Call("POST", batch_path(arguments.batch, "/cancel"))))
    if batch.state == "cancelled":
        stopped = batch.outcomes.get("cancelled", 0)
        context.terminal.say(f"cancelled: {rows(stopped)} will not be done, {rows(batch.rows - stopped)} already are")
        command = context.command("results", batch.id, "--outcome", "cancelled", "--output", "cancelled.ndjson")
        context.terminal.say(f"what will not be done, to be imported some other day: {command}")
    else:
        context.terminal.say(f"there was nothing left to cancel: the batch is {batch.state.replace('_', ' ')}")
    tell(context, batch)
    return ExitCode.DONE


def retry_batch(context: Context, arguments: argparse.Namespace) -> ExitCode:
    return _follow_up(context, arguments, "retry")


def undo_batch(context: Context, arguments: argparse.Namespace) -> ExitCode:
    return _follow_up(context, arguments, "undo")


def _follow_up(context: Context, arguments: argparse.Namespace, what: str) -> ExitCode:
    """The server makes one such batch and answers with the same one again."""
    context.say_where(f"{what} of {arguments.batch}")
    batch = Batch.of(context.server.json(Call("POST", batch_path(arguments.batch, f"/{what}"))))
    already = "" if batch.raw.get("created", True) else "; it was there already"
    context.terminal.say(f"batch {batch.id}: {batch.label} of {arguments.batch}, {rows(batch.rows)}{already}")
    return new_batch(context, batch, arguments.watch)


def delete_batch(context: Context, arguments: argparse.Namespace) -> ExitCode:
    """A repeated call after a lost answer finds the batch gone, which is what was wanted."""
    read_batch(context.server, arguments.batch)
    context.say_where(f"deleting {arguments.batch}")
    try:
        answer = context.server.json(Call("DELETE", batch_path(arguments.batch)))
    except Refused as refused:
        if refused.status != 410:
            raise
        answer = {"status": "deleted", "id": arguments.batch}
    if context.as_json:
        context.terminal.out_json(answer)
    else:
        context.terminal.say(f"batch {arguments.batch} is deleted, rows and results")
    return ExitCode.DONE


def fetch_results(context: Context, arguments: argparse.Namespace) -> ExitCode:
    """Whole into a file, or as they come to standard output."""
    batch = read_batch(context.server, arguments.batch)
    if batch.pending:
        context.terminal.say(f"the batch is not finished, {rows(batch.pending)} to go: these are the results so far")
    query = {"format": arguments.format, **({"outcome": arguments.outcome} if arguments.outcome else {})}
    path = Path(arguments.output) if arguments.output not in (None, "-") else None
    fetch(context, Call("GET", batch_path(batch.id, "/results"), query), path)
    return ExitCode.DONE
