"""What one part of the stack is: a program, how to see that it is ready, and how it wants to be ended."""

import dataclasses
import enum
import signal
from collections.abc import Callable, Mapping, Sequence


class Stage(enum.IntEnum):
    """Parts start stage by stage and stop the other way round, so that workers can still release what they hold."""

    SERVER = 0
    SERVICE = 1
    WORKER = 2


@dataclasses.dataclass(frozen=True)
class Listening:
    """Where a part listens, and the setting that moves it."""

    host: str
    port: int
    setting: str


@dataclasses.dataclass(frozen=True)
class Part:
    name: str
    stage: Stage
    command: Sequence[str]
    env: Mapping[str, str]
    is_ready: Callable[[], bool]
    listening: Listening | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 30.0  # seconds between the stop signal and SIGKILL
