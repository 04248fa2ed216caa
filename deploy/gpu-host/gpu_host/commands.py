"""``up``, ``status`` and ``down``."""

from __future__ import annotations  # a GPU host may have an older Python than the stack

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from gpu_host import HostError
from gpu_host.compose_file import PROJECT, compose_file, service_name, services_of, write
from gpu_host.files import HostFiles
from gpu_host.gpus import Gpu, list_gpus

TRIES = 3  # a GPU may go between the look and the start; then the others are started without it


def up(files: HostFiles, on_cpu: bool, needs_tls: bool) -> int:
    """Start a worker per GPU and wait until all are healthy."""
    files.check(os.environ, needs_tls)
    gpus = [] if on_cpu else list_gpus()
    for _ in range(TRIES):
        if not gpus and not on_cpu:
            raise HostError(
                "no GPU is here (nvidia-smi finds none), so nothing is started; --cpu starts one worker without"
            )
        for gpu in gpus:
            _say(f"{service_name(gpu)}: {gpu.model}, index {gpu.index}")
        write(files, compose_file(files, gpus, on_cpu))
        if _compose(files, "up", "--detach", "--wait", "--remove-orphans") == 0:
            _say(f"{len(gpus) or 1} worker(s) up and healthy")
            return 0
        now = [] if on_cpu else list_gpus()
        if now == gpus:
            break
        _say(f"gone meanwhile: {_names([gpu for gpu in gpus if gpu not in now]) or 'none'}; starting again")
        gpus = now
    raise HostError(f"not all workers became healthy: `docker compose -p {PROJECT} logs` says why")


def status(files: HostFiles) -> int:
    """Each worker with its state; 1 where one is not healthy, a GPU has no worker, or a worker's GPU is gone."""
    started = services_of(files)
    if not started:
        _say("nothing was started here")
        return 1
    states = _states(files)
    found = {service_name(gpu): gpu for gpu in list_gpus()}
    lines = [_line(name, device, states.get(name, "not running"), found) for name, device in started.items()]
    lines += [
        f"{name}: {found[name].model}: has no worker; `up` starts one" for name in sorted(set(found) - set(started))
    ]
    for line in lines:
        _say(line)
    return 0 if all(line.endswith("healthy") and not line.endswith("unhealthy") for line in lines) else 1


def down(files: HostFiles) -> int:
    """Workers finish or give back what they hold."""
    if not services_of(files):
        _say("nothing was started here")
        return 0
    if _compose(files, "down", "--timeout", "35"):
        raise HostError("not everything could be stopped")
    files.generated.unlink()
    return 0


def _line(name: str, device: str, state: str, found: dict[str, Gpu]) -> str:
    if device == "cpu":
        return f"{name}: {state}"
    model = found[name].model if name in found else "its GPU is gone"
    return f"{name}: {model}: {state}" if name in found else f"{name}: {state}: {model}"


def _states(files: HostFiles) -> dict[str, str]:
    """Compose prints an object a line, or one array, by its version."""
    done = subprocess.run(
        _command(files, "ps", "--all", "--format", "json"), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise HostError(f"docker compose ps failed: {done.stderr.strip()[:300]}")
    text = done.stdout.strip()
    rows: list[dict[str, Any]] = json.loads(text) if text.startswith("[") else list(map(json.loads, text.splitlines()))
    return {row["Service"]: row.get("Health") or row["State"] for row in rows}


def _compose(files: HostFiles, *words: str) -> int:
    return subprocess.run(_command(files, *words), check=False).returncode


def _command(files: HostFiles, *words: str) -> Sequence[str]:
    return ["docker", "compose", "-f", str(files.generated), *words]


def _names(gpus: Sequence[Gpu]) -> str:
    return ", ".join(map(service_name, gpus))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
