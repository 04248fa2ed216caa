"""Standard output and standard error, which may be closed, full, or without a reader."""

from typing import Any, TextIO

from stackroom_client.errors import UsageError

FAULTS = (OSError, ValueError)  # ValueError: closed meanwhile


class Output:
    """Results: what cannot be written ends the command. UsageError, with the operating system's reason."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = bearing_any_text(stream)

    def write(self, text: str) -> None:
        try:
            self._stream.write(text)
        except FAULTS as error:
            raise _unwritable(error) from None

    def write_bytes(self, data: bytes) -> None:
        """As they are; the buffer may keep them until ``flush``."""
        try:
            self._stream.buffer.write(data)
        except FAULTS as error:
            raise _unwritable(error) from None

    def flush(self) -> None:
        try:
            self._stream.flush()
        except FAULTS as error:
            raise _unwritable(error) from None


class Messages:
    """Messages and bars: what cannot be written is no reason to leave the work, but is remembered in ``is_lost``.

    What else a stream has (``encoding``, ``fileno``) is that of the stream below.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = bearing_any_text(stream)
        self.is_lost = False

    def write(self, text: str) -> None:
        try:
            self._stream.write(text)
        except FAULTS:
            self.is_lost = True

    def flush(self) -> None:
        try:
            self._stream.flush()
        except FAULTS:
            self.is_lost = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _unwritable(error: Exception) -> UsageError:
    return UsageError(f"standard output cannot be written: {getattr(error, 'strerror', None) or error}")


def bearing_any_text(stream: TextIO) -> TextIO:
    """The same; what its encoding lacks is shown by its number."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    return stream
