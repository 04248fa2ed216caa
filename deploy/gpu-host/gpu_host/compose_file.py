"""The compose file of this host: a service per GPU, since replicas of one service would all share the same GPUs."""

from __future__ import annotations  # a GPU host may have an older Python than the stack

import json
import socket
from collections.abc import Sequence
from typing import Any

from gpu_host.files import HostFiles
from gpu_host.gpus import Gpu

PROJECT = "stackroom-gpu-host"
MEMORY = "${GPU_WORKER_MEMORY:-8g}"
CHILD_MEMORY_MB = "${CHILD_MEMORY_MB:-6000}"  # below the container's limit, which kills in the middle of a task
CAPABILITIES = ["gpu", "compute", "utility", "video"]  # utility is NVML, video is NVDEC


def service_name(gpu: Gpu) -> str:
    """Stays the same when cards are added or taken out, so that compose leaves a running worker alone."""
    kind, _, rest = gpu.uuid.partition("-")
    return f"{kind}-{rest}".lower().replace("/", "-")


def compose_file(files: HostFiles, gpus: Sequence[Gpu], on_cpu: bool) -> dict[str, Any]:
    """JSON is YAML too. ``on_cpu`` adds the one worker that needs no GPU."""
    services = {service_name(gpu): _service(files, gpu.uuid, [_reservation(gpu)]) for gpu in gpus}
    if on_cpu:
        services["cpu"] = _service(files, "cpu", [])
    return {"name": PROJECT, "services": services, "secrets": files.secret_files()}


def write(files: HostFiles, content: dict[str, Any]) -> None:
    files.generated.parent.mkdir(parents=True, exist_ok=True)
    files.generated.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def services_of(files: HostFiles) -> dict[str, str]:
    """Service to device of what was started last; empty where nothing was."""
    try:
        content = json.loads(files.generated.read_text(encoding="utf-8"))
        return {name: service["environment"]["DEVICE"] for name, service in content["services"].items()}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _service(files: HostFiles, device: str, devices: Sequence[dict[str, Any]]) -> dict[str, Any]:
    service: dict[str, Any] = {
        "extends": {"file": str(files.worker_file), "service": "worker-gpu"},
        "environment": {
            "DEVICE": device,
            "WORKER_NAME": f"worker-gpu@{socket.gethostname()}/{device[:12]}",
            "VIDEO_DECODER": "${VIDEO_DECODER:-auto}",
            "CHILD_MEMORY_MB": CHILD_MEMORY_MB,
        },
        "mem_limit": MEMORY,
    }
    if devices:
        service["image"] = "${GPU_WORKER_IMAGE:-stackroom-worker-gpu:cuda}"
        service["deploy"] = {"resources": {"reservations": {"devices": list(devices)}}}
    return service


def _reservation(gpu: Gpu) -> dict[str, Any]:
    return {"driver": "nvidia", "device_ids": [gpu.uuid], "capabilities": CAPABILITIES}
