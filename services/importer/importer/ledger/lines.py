"""Outcome lines as they are stored. Whoever looks for some decodes their heads: no text can pass for another line."""

from collections.abc import Container, Iterator

import msgspec


class Head(msgspec.Struct, gc=False):
    """What every outcome line has."""

    row: int
    outcome: str


_decoder = msgspec.json.Decoder(Head)


def with_heads(output: bytes) -> Iterator[tuple[Head, bytes]]:
    """Each line with its line feed."""
    return zip(_decoder.decode_lines(output), output.splitlines(keepends=True), strict=True)


def only(output: bytes, outcomes: Container[str]) -> bytes:
    """The lines that have one of these outcomes."""
    return b"".join(line for head, line in with_heads(output) if head.outcome in outcomes)
