"""What became of a batch, for people."""

import json
from itertools import islice
from typing import Any

from stackroom_client.batch import Batch
from stackroom_client.context import Context
from stackroom_client.errors import UsageError
from stackroom_client.follow import batch_path, lines
from stackroom_client.server import Call
from stackroom_client.texts import duration, one_line, pace, rows, table

SHOWN_ROWS = 10
BAD = ("failed", "refused")
NOT_OK = "not_ok"


def place(line: dict[str, Any]) -> str:
    """The row's number, and its line in the file where that is another one."""
    return f"{line.get('row')} (line {line['line']})" if isinstance(line.get("line"), int) else str(line.get("row"))


def report(context: Context, batch: Batch) -> str:
    """Outcomes, changes, the first bad rows with their reasons, and how to get all of them."""
    parts = [_headline(batch), _counts("outcome", batch.outcomes)]
    if batch.changes:
        parts.append(_counts("would be" if batch.is_dry_run else "change", batch.changes))
    if any(batch.outcomes.get(outcome) for outcome in BAD):
        parts += [_first_rows(context, batch), _all_of_them(context, batch)]
    return "\n\n".join(parts)


def _headline(batch: Batch) -> str:
    line = f"batch {batch.id}: {batch.label}, {rows(batch.rows)}, {batch.state.replace('_', ' ')}"
    if batch.raw.get("records_per_second"):
        line += f", {pace(batch.raw['records_per_second'])}"
    if batch.raw.get("seconds_left"):
        line += f", {duration(batch.raw['seconds_left'])} left"
    if batch.at_hand:
        line += f", {one_line(batch.at_hand)} in work"
    after = {"tried again as": "retry_batch", "undone by": "undo_batch"}
    notes = [f"sent by {one_line(batch.sender)}"] if batch.sender else []
    notes += ["dry run: nothing was changed"] if batch.is_dry_run else []
    notes += [f"{words} batch {one_line(batch.raw[name])}" for words, name in after.items() if batch.raw.get(name)]
    return "\n".join([line, *notes])


def _counts(head: str, counts: dict[str, int]) -> str:
    """Zero is said only of what matters when it is zero."""
    kept = [(name, count) for name, count in counts.items() if count or name in ("ok", *BAD)]
    return table((head, "rows"), kept or list(counts.items()))


def _first_rows(context: Context, batch: Batch) -> str:
    lines = [_decoded(line) for line in _lines(context, batch)]
    values = [(place(line), line.get("outcome"), line.get("code"), line.get("detail")) for line in lines]
    return table(("row", "outcome", "code", "reason"), values)


def _lines(context: Context, batch: Batch) -> list[bytes]:
    """The first of the failed and refused rows, in the order of the file; the rest of the answer is not read."""
    with context.server.stream(Call("GET", batch_path(batch.id, "/results"), {"outcome": NOT_OK})) as answer:
        return list(islice(lines(answer.iter_content(None)), SHOWN_ROWS))


def _decoded(line: bytes) -> dict[str, Any]:
    """UsageError for what is no outcome."""
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise UsageError("the results hold a line that is no outcome: is that a Stackroom server?")
    return value


def _all_of_them(context: Context, batch: Batch) -> str:
    command = context.command("results", batch.id, "--outcome", NOT_OK, "--output", f"{NOT_OK}.ndjson")
    return f"all of them, to be corrected and imported again:\n  {command}"
