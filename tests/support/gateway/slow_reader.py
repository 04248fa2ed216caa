"""A socket whose other end takes bytes at a steady pace, by a clock that runs only while somebody waits for it."""

import dataclasses
from typing import Any


@dataclasses.dataclass
class SlowReader:
    """``window`` bytes go out at once, then as many as were taken since."""

    bytes_per_second: float
    window: int = 16 * 1024
    now: float = 0.0
    timeout: float = 0.0
    got: bytearray = dataclasses.field(default_factory=bytearray)
    options: list[tuple[int, int]] = dataclasses.field(default_factory=list)

    def settimeout(self, seconds: float) -> None:
        self.timeout = seconds

    def setsockopt(self, level: int, name: int, _value: Any) -> None:
        self.options.append((level, name))

    def _room(self) -> int:
        return self.window + int(self.now * self.bytes_per_second) - len(self.got)

    def send(self, data: bytes) -> int:
        """As a socket of gevent: at once with the timeout 0, else no later than the timeout."""
        if self._room() < 1:
            self._wait()
        sent = min(len(data), self._room())
        self.got += data[:sent]
        return sent

    def _wait(self) -> None:
        if self.timeout == 0.0:
            raise BlockingIOError
        needed = self.window / self.bytes_per_second if self.bytes_per_second else 1e9
        self.now += min(needed, self.timeout)
        if self._room() < 1:
            raise TimeoutError
