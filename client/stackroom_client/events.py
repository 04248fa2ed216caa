"""Server-sent events, as far as the gateway uses them."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from stackroom_client.errors import Trouble

LONGEST_LINE = 1024 * 1024


class Event(NamedTuple):
    name: str
    data: dict[str, Any]


def lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their ends (LF or CR LF). Trouble for a line that never ends."""
    rest = b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        yield from (line.removesuffix(b"\r") for line in whole)
        if len(rest) > LONGEST_LINE:
            raise Trouble("the event stream holds a line without end")


def events(found: Iterable[bytes]) -> Iterator[Event]:
    """Comments and unknown fields are passed over. Trouble for data that is no JSON object."""
    name, data = "", b""
    for line in found:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if not line:
            if data:
                yield Event(name or "message", _decoded(data))
            name, data = "", b""
        elif field == b"event":
            name = value.decode("utf-8", "replace")
        elif field == b"data":
            data = data + b"\n" + value if data else value


def _decoded(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except ValueError:
        raise Trouble("the event stream holds what is no JSON") from None
    if not isinstance(value, dict):
        raise Trouble("the event stream holds what is no object")
    return value
