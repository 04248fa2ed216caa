"""What became of a batch, for people."""

import json
from typing import Any

from stackroom_client.batch import Batch
from stackroom_client.context import Context
from stackroom_client.events import lines
from stackroom_client.follow import batch_path
from stackroom_client.server import Call
from stackroom_client.texts import duration, number, one_line, rows, table

SHOWN_ROWS = 10
BAD = ("failed", "refused")


def detected(batch: Batch) -> str:
    """What the server found in the file: ``CSV in windows-1251, delimiter ';', columns id, name``."""
    found = batch.raw.get("input") or {}
    parts = [str(found.get("format", "")).upper()]
    if found.get("encoding"):
        mark = " with byte order mark" if found.get("byte_order_mark") else ""
        parts[0] += f" in {one_line(found['encoding'])}{mark}"
    if found.get("delimiter"):
        parts.append(f"delimiter {found['delimiter']!r}")
    if found.get("columns"):
        parts.append(f"columns {', '.join(map(one_line, found['columns']))}")
    return ", ".join(filter(None, parts))


def report(context: Context, batch: Batch) -> str:
    """Outcomes, changes, the first bad rows with their reasons, and how to get all of them."""
    parts = [_headline(batch), _counts("outcome", batch.outcomes)]
    if batch.changes:
        parts.append(_counts("would be" if batch.is_dry_run else "change", batch.changes))
    bad = [outcome for outcome in BAD if batch.outcomes.get(outcome)]
    if bad:
        parts += [_first_rows(context, batch, bad), _all_of_them(context, batch, bad)]
    return "\n\n".join(parts)


def _headline(batch: Batch) -> str:
    pace = batch.raw.get("records_per_second")
    line = f"batch {batch.id}: {batch.label}, {rows(batch.rows)}, {batch.state.replace('_', ' ')}"
    if pace:
        line += f", {number(pace)} records/s"
    if batch.raw.get("seconds_left"):
        line += f", {duration(batch.raw['seconds_left'])} left"
    return line + ("\ndry run: nothing was changed" if batch.is_dry_run else "")


def _counts(head: str, counts: dict[str, int]) -> str:
    """Zero is said only of what matters when it is zero."""
    kept = [(name, count) for name, count in counts.items() if count or name in ("ok", *BAD)]
    return table((head, "rows"), kept or list(counts.items()))


def _first_rows(context: Context, batch: Batch, bad: list[str]) -> str:
    found = [line for outcome in bad for line in _lines(context, batch, outcome)]
    found.sort(key=lambda line: int(line.get("row", 0)))
    values = [(f"{line.get('row')}", line.get("outcome"), line.get("code"), line.get("detail")) for line in found]
    return table(("row", "outcome", "code", "reason"), values[:SHOWN_ROWS])


def _lines(context: Context, batch: Batch, outcome: str) -> list[dict[str, Any]]:
    """The first lines of that outcome; the rest of the answer is not read."""
    found: list[dict[str, Any]] = []
    with context.server.stream(Call("GET", batch_path(batch.id, "/results"), {"outcome": outcome})) as answer:
        for line in lines(answer.iter_content(None)):
            found.append(json.loads(line))
            if len(found) == SHOWN_ROWS:
                break
    return found


def _all_of_them(context: Context, batch: Batch, bad: list[str]) -> str:
    commands = [
        context.command("results", batch.id, "--outcome", outcome, "--output", f"{outcome}.ndjson") for outcome in bad
    ]
    return "\n".join(["all of them, to be put right and imported again:", *(f"  {command}" for command in commands)])
