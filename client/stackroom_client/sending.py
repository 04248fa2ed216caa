"""A file on its way to the server: its size looked at first, so that what is too large costs no time."""

from collections.abc import Mapping
from typing import Any

from stackroom_client.context import Context
from stackroom_client.errors import UsageError
from stackroom_client.server import Call
from stackroom_client.source import Source
from stackroom_client.texts import size
from stackroom_client.upload import Upload

ASKED_ABOVE = 1_000_000  # bytes: to send a smaller file is as quick as to ask first
FILE_OPTIONS = ("encoding", "delimiter", "columns")
BODY, MEDIA = "max_body_bytes", "max_media_bytes"


def check_size(context: Context, source: Source, limit: str) -> None:
    """UsageError for an empty file, and for one above the server's limit of this name.

    A server that tells no limit refuses by itself.
    """
    if source.is_empty:
        raise UsageError(f"{source.name} is empty: there is nothing to send")
    if source.size <= ASKED_ABOVE:
        return
    answer = context.server.get("/api/importer/operations")
    limits = answer.get("limits") if isinstance(answer, dict) else None
    most = limits.get(limit) if isinstance(limits, dict) else None
    if isinstance(most, int) and source.size > most:
        raise UsageError(f"{source.name} has {source.size:,} bytes; the server takes at most {most:,} ({limit})")


def sent(
    context: Context, source: Source, path: str, headers: Mapping[str, str], query: Mapping[str, str] | None = None
) -> Any:
    """The answer's JSON."""
    context.terminal.say(f"sending {source.name}, {size(source.size)}")
    with context.terminal.bytes_bar("sending", source.size) as bar:
        call = Call("POST", path, query or {}, headers, lambda: Upload(source, bar.show))
        return context.server.json(call)
