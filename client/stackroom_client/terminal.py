"""Results on standard output; messages and bars on standard error, bars only where that is a terminal.

Both may be closed, full, or without a reader.
"""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from stackroom_client.batch import Batch
from stackroom_client.errors import UsageError
from stackroom_client.texts import duration, one_line, pace

FAULTS = (OSError, ValueError)  # ValueError: closed meanwhile
BAR = "{desc}: {percentage:3.0f}%|{bar}| {unit}{postfix}"  # the unit is where records are counted


class Output:
    """Results: what cannot be written ends the command. UsageError, with the operating system's reason."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = with_replacements(stream)

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
        self._stream = with_replacements(stream)
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


def with_replacements(stream: TextIO) -> TextIO:
    """The same stream; characters that its encoding lacks are shown by their numbers."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    return stream


if TYPE_CHECKING:
    from tqdm import tqdm


class Terminal:
    """UsageError where one of its two streams is closed: nobody would hear what happened."""

    def __init__(self) -> None:
        if sys.stderr is None:
            raise UsageError("standard error is closed")
        self.messages = Messages(sys.stderr)
        self._bar: tqdm[Any] | None = None
        if sys.stdout is None:
            self.say("standard output is closed; nothing was begun")
            raise UsageError("standard output is closed")
        self._output = Output(sys.stdout)

    def say(self, message: str) -> None:
        """For people; above a bar that is being drawn."""
        line = f"stackroom: {message}"
        if self._bar is None:
            self.messages.write(f"{line}\n")
        else:
            self._bar.write(line, file=self.messages)
        self.messages.flush()

    def out(self, text: str) -> None:
        self._output.write(f"{text}\n")
        self._output.flush()

    def out_json(self, value: Any) -> None:
        """One document in UTF-8, whatever the terminal's encoding is."""
        self.out_bytes(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        self.flush()

    def out_bytes(self, data: bytes) -> None:
        self._output.write_bytes(data)

    def flush(self) -> None:
        self._output.flush()

    @contextmanager
    def bytes_bar(self, what: str, total: int | None) -> Iterator["BytesBar"]:
        with self._drawn(total=total, desc=what, unit="B", unit_scale=True) as bar:
            yield BytesBar(bar)

    @contextmanager
    def batch_bar(self) -> Iterator["BatchBar"]:
        with self._drawn(total=1.0, bar_format=BAR) as bar:
            yield BatchBar(bar)

    @contextmanager
    def _drawn(self, **options: Any) -> Iterator["tqdm[Any]"]:
        with _bars()(**options, leave=False, disable=not self.messages.isatty(), file=self.messages) as bar:
            self._bar = None if bar.disable else bar
            try:
                yield bar
            finally:
                self._bar = None


def _bars() -> type["tqdm[Any]"]:
    """Imported when the first bar is drawn: it takes a part of the time that the command needs to start."""
    from tqdm import tqdm

    tqdm.set_lock(threading.RLock())  # its own is shared between processes, of which there is one here
    tqdm.monitor_interval = 0  # no thread of its own for bars that are drawn at every event
    return tqdm


class BytesBar:
    def __init__(self, bar: "tqdm[Any]") -> None:
        self._bar = bar

    def show(self, done: int) -> None:
        """Bytes done so far, which are fewer than before when something is sent again."""
        if done < self._bar.n:
            self._bar.reset()
        self._bar.update(done - self._bar.n)


class BatchBar:
    """Pace and time left are the server's own figures."""

    def __init__(self, bar: "tqdm[Any]") -> None:
        self._bar = bar

    def show(self, batch: Batch) -> None:
        per_second, left = batch.raw.get("records_per_second"), batch.raw.get("seconds_left")
        told = (pace(per_second) if per_second else "", batch.at_hand, f"{duration(left)} left" if left else "")
        self._bar.n = batch.progress
        self._bar.unit = f"{batch.rows - batch.pending:,}/{batch.rows:,}"
        self._bar.set_description_str(batch.state.replace("_", " "), refresh=False)
        self._bar.set_postfix_str(", ".join(map(one_line, filter(None, told))), refresh=True)
