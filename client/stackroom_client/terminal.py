"""Results on standard output; messages and bars on standard error, bars only where that is a terminal."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm

from stackroom_client.batch import Batch
from stackroom_client.texts import duration, pace

BAR = "{desc}: {percentage:3.0f}%|{bar}| {unit}{postfix}"  # the unit is where records are counted


class Terminal:
    def __init__(self) -> None:
        tqdm.set_lock(threading.RLock())  # its own is shared between processes, of which there is one here
        tqdm.monitor_interval = 0  # no thread of its own for bars that are drawn at every event
        self._bars = sys.stderr.isatty()
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")

    def say(self, message: str) -> None:
        """For people; above a bar that is being drawn."""
        tqdm.write(f"stackroom: {message}", file=sys.stderr)
        sys.stderr.flush()

    def out(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def out_json(self, value: Any) -> None:
        """One document in UTF-8, whatever the terminal's encoding is."""
        self.out_bytes(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        sys.stdout.buffer.flush()

    def out_bytes(self, data: bytes) -> None:
        sys.stdout.buffer.write(data)

    def drop_output(self) -> None:
        """After its reader has gone: what is left in the buffer must not raise once more at the end."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    @contextmanager
    def bytes_bar(self, what: str, total: int | None) -> Iterator["BytesBar"]:
        with tqdm(
            total=total, desc=what, unit="B", unit_scale=True, leave=False, disable=not self._bars, file=sys.stderr
        ) as bar:
            yield BytesBar(bar)

    @contextmanager
    def batch_bar(self) -> Iterator["BatchBar"]:
        with tqdm(total=1.0, bar_format=BAR, leave=False, disable=not self._bars, file=sys.stderr) as bar:
            yield BatchBar(bar)


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
        parts = [pace(per_second) if per_second else "", f"{duration(left)} left" if left else ""]
        self._bar.n = batch.progress
        self._bar.unit = f"{batch.rows - batch.pending:,}/{batch.rows:,}"
        self._bar.set_description_str(batch.state.replace("_", " "), refresh=False)
        self._bar.set_postfix_str(", ".join(filter(None, parts)), refresh=True)
