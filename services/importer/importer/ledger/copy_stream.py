"""Rows on their way into ``COPY ... FROM STDIN`` (text form), made while PostgreSQL reads them."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection

COPY_BLOCK_BYTES = 256 * 1024


def copy_row(*values: str | int | bytes) -> bytes:
    """One line of COPY's text form. Values hold no tab or line break: JSON escapes them."""
    texts = (value if isinstance(value, bytes) else str(value).encode() for value in values)
    return b"\t".join(text.replace(b"\\", b"\\\\") for text in texts) + b"\n"


class CopyStream:
    """The file that psycopg2 reads from; an error of the iterator ends the COPY and its transaction."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines: Iterator[bytes] = iter(lines)
        self._line = memoryview(b"")

    def read(self, size: int) -> bytes:
        if not self._line:
            self._line = memoryview(next(self._lines, b""))
        part, self._line = self._line[:size], self._line[size:]
        return bytes(part)

    def readline(self, size: int = -1) -> bytes:
        raise NotImplementedError("COPY reads blocks")


def copy(connection: Connection, statement: str, stream: Any) -> None:
    """``stream`` has ``read(size)`` and gives lines of COPY's text form."""
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor:
        cursor.copy_expert(statement, stream, COPY_BLOCK_BYTES)
