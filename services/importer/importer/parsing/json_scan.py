"""Walk through a long JSON text without holding it: one value and one block at a time."""

import re

from importer.parsing.spool import BLOCK_BYTES, Readable

_SPACE = re.compile(rb"[ \t\r\n]*")
_OUTSIDE = re.compile(rb'["\[\]{},]')
_INSIDE = re.compile(rb'\\.|"', re.DOTALL)
_KEY = re.compile(rb'"((?:[^"\\]|\\.){0,200})"[ \t\r\n]*:', re.DOTALL)
MAX_DEPTH = 1000  # no parser here goes deeper; counting on would only cost time
KEY_BYTES = 4096  # a key with the spaces around it


class BrokenJSONError(ValueError):
    """The text is no JSON; says about which byte."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"The body is no JSON that can be read, at about byte {offset}.")


class JSONScanner:
    """Stands before a value, or behind one. A value longer than ``max_bytes`` is read over, not held."""

    def __init__(self, file: Readable, max_bytes: int) -> None:
        self._file = file
        self._max_bytes = max_bytes
        self._buffer = b""
        self._at = 0
        self._read = 0

    def broken(self) -> BrokenJSONError:
        return BrokenJSONError(self._read - len(self._buffer) + self._at)

    def _fill(self) -> bool:
        """One more block; what lies behind is forgotten. False at the end."""
        data = self._file.read(BLOCK_BYTES)
        self._read += len(data)
        self._buffer = self._buffer[self._at :] + data
        self._at = 0
        return bool(data)

    def peek(self) -> bytes:
        """The next byte that is no space, b"" at the end."""
        while True:
            self._at = _SPACE.match(self._buffer, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._buffer) or not self._fill():
                return self._buffer[self._at : self._at + 1]

    def take(self, *wanted: bytes) -> bytes:
        """The next byte, which must be one of these."""
        found = self.peek()
        if found not in wanted:
            raise self.broken()
        self._at += 1
        return found

    def key(self) -> bytes:
        """A member's name as it is written, without its quotes; its colon is taken too."""
        self.peek()
        while len(self._buffer) - self._at < KEY_BYTES and self._fill():
            pass
        found = _KEY.match(self._buffer, self._at)
        if not found:
            raise self.broken()
        self._at = found.end()
        return found[1]

    def members(self) -> bytes:
        """A run of whole members of an array, if it can be seen at a glance; ``skip`` goes behind it.

        It ends at a brace that stands before a comma. That may be inside of a text, so only who can decode the run
        knows that it is one.
        """
        if len(self._buffer) - self._at < BLOCK_BYTES:
            self._fill()
        cut = self._buffer.rfind(b"},", self._at)
        return b"" if cut < 0 else self._buffer[self._at : cut + 1]

    def skip(self, size: int) -> None:
        self._at += size

    def value(self) -> bytes | None:
        """The next value up to the comma or bracket behind it, None where it is too long."""
        self.peek()
        depth, inside, at, is_long = 0, False, self._at, False
        while True:
            token = (_INSIDE if inside else _OUTSIDE).search(self._buffer, at)
            if token is None:
                at = max(at, self._end_of_known(inside))
                is_long = is_long or at - self._at > self._max_bytes
                if is_long:
                    self._at = at
                at -= self._at
                if not self._fill():
                    raise self.broken()
                continue
            if not depth and not inside and token.group() in b",]}":
                return self._ended(token.start(), is_long)
            depth, inside = _after(token.group(), depth, inside)
            if depth > MAX_DEPTH:
                raise self.broken()
            at = token.end()

    def _end_of_known(self, inside: bool) -> int:
        """Up to where nothing of interest stands: a last backslash may belong to a quote that is not read yet."""
        return len(self._buffer) - (inside and self._buffer.endswith(b"\\"))

    def _ended(self, end: int, is_long: bool) -> bytes | None:
        raw, self._at = self._buffer[self._at : end].rstrip(b" \t\r\n"), end
        return None if is_long or len(raw) > self._max_bytes else raw


def _after(token: bytes, depth: int, inside: bool) -> tuple[int, bool]:
    """Depth, and whether a text goes on, behind this token."""
    if token == b'"':
        return depth, not inside
    if inside or token == b",":
        return depth, inside
    return depth + (1 if token in b"[{" else -1), inside
