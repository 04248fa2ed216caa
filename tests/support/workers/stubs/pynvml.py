"""NVML without a GPU: what ``nvidia-ml-py`` would say of the GPUs that the file ``STUB_GPUS`` tells of.

JSON: a list of {"uuid", "model", "mig": [uuid...], "shares_memory": true, "trouble": "lost" | "unknown" |
"hangs"}. Without a file there is no driver.
The errors are those of the real package, by name.
"""

import json
import os
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any


class NVMLError(Exception):
    pass


class NVMLError_LibraryNotFound(NVMLError):  # noqa: N801 - the package's own names
    pass


class NVMLError_NotSupported(NVMLError):  # noqa: N801
    pass


class NVMLError_NotFound(NVMLError):  # noqa: N801
    pass


class NVMLError_InvalidArgument(NVMLError):  # noqa: N801
    pass


class NVMLError_GpuIsLost(NVMLError):  # noqa: N801
    pass


class NVMLError_Unknown(NVMLError):  # noqa: N801
    pass


_gpus: list[dict[str, Any]] = []


def nvmlInit() -> None:  # noqa: N802
    path = Path(os.environ.get("STUB_GPUS", "/nowhere"))
    if not path.exists():
        raise NVMLError_LibraryNotFound("NVML Shared Library Not Found")
    _gpus[:] = json.loads(path.read_text())
    if any(gpu.get("trouble") == "hangs" for gpu in _gpus):
        threading.Event().wait()
    if any(gpu.get("trouble") == "unknown" for gpu in _gpus):
        raise NVMLError_Unknown("Unknown Error")


def nvmlShutdown() -> None:  # noqa: N802
    _gpus.clear()


def nvmlDeviceGetCount() -> int:  # noqa: N802
    return len(_gpus)


def nvmlDeviceGetHandleByIndex(index: int) -> dict[str, Any]:  # noqa: N802
    if _gpus[index].get("trouble") == "lost":
        raise NVMLError_GpuIsLost("GPU is lost")
    return _gpus[index]


def nvmlDeviceGetHandleByUUID(uuid: str) -> dict[str, Any]:  # noqa: N802
    for gpu in _gpus:
        if gpu["uuid"] == uuid and gpu.get("trouble") == "lost":
            raise NVMLError_GpuIsLost("GPU is lost")
        if uuid in (gpu["uuid"], *gpu.get("mig", ())):
            return {**gpu, "uuid": uuid, "is_instance": uuid != gpu["uuid"]}
    raise NVMLError_NotFound("Not Found")


def nvmlDeviceGetUUID(handle: dict[str, Any]) -> str:  # noqa: N802
    return str(handle["uuid"])


def nvmlDeviceGetName(handle: dict[str, Any]) -> str:  # noqa: N802
    return str(handle["model"])


def nvmlDeviceGetMemoryInfo(handle: dict[str, Any]) -> SimpleNamespace:  # noqa: N802
    if handle.get("shares_memory"):
        raise NVMLError_NotSupported("Not Supported")
    return SimpleNamespace(total=80 << 30, used=2 << 30)


def nvmlDeviceGetUtilizationRates(handle: dict[str, Any]) -> SimpleNamespace:  # noqa: N802
    if handle.get("is_instance"):
        raise NVMLError_NotSupported("Not Supported")
    return SimpleNamespace(gpu=42)


def nvmlDeviceGetMigMode(handle: dict[str, Any]) -> list[int]:  # noqa: N802
    if "mig" not in handle:
        raise NVMLError_NotSupported("Not Supported")
    return [1, 1]


def nvmlDeviceGetMaxMigDeviceCount(handle: dict[str, Any]) -> int:  # noqa: N802
    return 7


def nvmlDeviceGetMigDeviceHandleByIndex(handle: dict[str, Any], index: int) -> dict[str, Any]:  # noqa: N802
    """Instances need not stand at the first places."""
    places = {2 * place: uuid for place, uuid in enumerate(handle["mig"])}
    if index not in places:
        raise NVMLError_NotFound("Not Found")
    return {"uuid": places[index]}


def nvmlSystemGetDriverVersion() -> str:  # noqa: N802
    return "570.86.15"


def nvmlSystemGetCudaDriverVersion_v2() -> int:  # noqa: N802
    return 12080
