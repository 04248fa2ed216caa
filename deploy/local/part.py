"""What one part of the stack is: a program, how to see that it is ready, and how it wants to be ended."""

import dataclasses
import datetime
import enum
import json
import signal
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
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
    is_ready: Callable[[datetime.datetime], bool]  # given when it was started
    listening: Listening | None = None
    sources: Sequence[Path] = ()  # the folders of its code
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 30.0  # seconds between the stop signal and SIGKILL
    restart_seconds: float = 0.0  # the same where its code has changed and somebody waits to see that


# Questions to this machine never take a detour through a proxy that the environment names.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def answers_ok(url: str) -> bool:
    """Whether a GET answers 200."""
    try:
        with _direct.open(url, timeout=ANSWER_SECONDS) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def touched(heartbeat: Path, since: datetime.datetime) -> bool:
    """Whether this file was written since then."""
    return heartbeat.exists() and heartbeat.stat().st_mtime > since.timestamp()


WORKERS = "/api/importer/workers"


def has_reported(importer_url: str, worker: str, since: datetime.datetime, headers: Mapping[str, str]) -> bool:
    """Whether the importer has heard of this worker since then (an earlier run's worker may look alive for a while)."""
    try:
        asked = urllib.request.Request(importer_url + WORKERS, headers=dict(headers))
        with _direct.open(asked, timeout=ANSWER_SECONDS) as answer:
            workers: list[dict[str, Any]] = json.load(answer)["items"]
    except (OSError, ValueError, KeyError):
        return False
    return any(
        one["name"] == worker and one["alive"] and datetime.datetime.fromisoformat(one["last_seen"]) > since
        for one in workers
    )
