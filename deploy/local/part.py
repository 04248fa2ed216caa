"""What one part of the stack is: a program, how to see that it is ready, and how it wants to be ended."""

import dataclasses
import datetime
import enum
import json
import signal
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from typing import Any

ANSWER_SECONDS = 3.0


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
    stop_seconds: float = 30.0  # seconds between the stop signal and SIGKILL


# Questions to this machine never take a detour through a proxy that the environment names.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def answers_ok(url: str) -> bool:
    """Whether a GET answers 200."""
    try:
        with _direct.open(url, timeout=ANSWER_SECONDS) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def has_reported(importer_url: str, worker: str, since: datetime.datetime) -> bool:
    """Whether the importer has heard of this worker since then (an earlier run's worker may look alive for a while)."""
    try:
        with _direct.open(f"{importer_url}/api/importer/workers", timeout=ANSWER_SECONDS) as answer:
            workers: list[dict[str, Any]] = json.load(answer)["items"]
    except (OSError, ValueError, KeyError):
        return False
    return any(
        one["name"] == worker and one["alive"] and datetime.datetime.fromisoformat(one["last_seen"]) > since
        for one in workers
    )
