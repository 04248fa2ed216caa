"""Which device the children of a worker compute on. The parent decides; a child is told by its environment."""

import dataclasses
import os
import re
from pathlib import Path

from stackroom_jobs.context import DeviceLost
from stackroom_kit.settings import Parser
from worker_gpu.device import fake, nvml

VARIABLE = "STACKROOM_DEVICE"
CUDA_VARIABLE = "CUDA_VISIBLE_DEVICES"
_ALLOWED = re.compile(r"auto|cpu|cuda:\d{1,3}|(GPU|MIG)-[\w/-]+|fake:.+")


def _device(text: str) -> str:
    if not _ALLOWED.fullmatch(text):
        raise ValueError(text)
    return text


device_setting = Parser(_device, "auto, cpu, cuda:<number as nvidia-smi counts>, GPU-<uuid>, MIG-<uuid>")


def pinned_device() -> str:
    """In a child: the device as torch names it, ``cuda:0`` or ``cpu``. It is pinned to one GPU, which is its first."""
    return os.environ.get(VARIABLE, "cpu")


@dataclasses.dataclass(frozen=True)
class Choice:
    """``kind`` is ``cuda`` (with ``uuid``), ``cpu`` or ``fake`` (with ``folder``); ``why`` is for the log."""

    kind: str
    why: str
    uuid: str = ""
    folder: Path | None = None

    def pin(self) -> None:
        """For every process that is started from now on, before any of them imports what knows CUDA."""
        os.environ[CUDA_VARIABLE] = self.uuid
        os.environ[VARIABLE] = "cuda:0" if self.kind == "cuda" else "cpu"
        if self.folder is not None:
            os.environ[fake.VARIABLE] = str(self.folder)


def choose(setting: str) -> Choice:
    """By ``DEVICE``. DeviceLost where that device is not here, or the driver does not answer."""
    if setting.startswith(fake.PREFIX):
        return Choice("fake", "a fake device for tests", folder=Path(setting.removeprefix(fake.PREFIX)))
    if setting == "cpu":
        return Choice("cpu", "DEVICE=cpu")
    try:
        return _choose_gpu(setting)
    except nvml.NvmlError as error:
        raise DeviceLost(f"DEVICE={setting}: the driver does not answer ({error}); DEVICE=cpu needs none") from None


def _choose_gpu(setting: str) -> Choice:
    found = nvml.uuids() if nvml.has_driver() else []
    if setting == "auto":
        return _first_visible(found)
    wanted = setting.removeprefix("cuda:")
    uuid = _find(wanted, found)
    if not uuid:
        raise DeviceLost(f"DEVICE={setting} is not here; found: {', '.join(found) or 'no GPU at all'}")
    return Choice("cuda", f"DEVICE={setting}", _unless_lost(uuid, setting))


def _unless_lost(uuid: str, setting: str) -> str:
    if uuid == nvml.LOST:
        raise DeviceLost(f"DEVICE={setting}: this GPU is lost: reset it or restart the host")
    return uuid


def _first_visible(found: list[str]) -> Choice:
    """``CUDA_VISIBLE_DEVICES`` of whoever started this worker holds, as for every other program."""
    visible = os.environ.get(CUDA_VARIABLE)
    if visible is None and not found:
        return Choice("cpu", "no GPU is here")
    if visible is None:
        return Choice("cuda", "the first GPU", _unless_lost(found[0], "auto"))
    uuid = _find(visible.partition(",")[0].strip(), found)
    if uuid:
        return Choice("cuda", f"{CUDA_VARIABLE}={visible}", _unless_lost(uuid, "auto"))
    return Choice("cpu", f"{CUDA_VARIABLE}={visible} leaves no GPU")


def _find(wanted: str, found: list[str]) -> str:
    """A UUID by its place or by its beginning, which must be one GPU's alone; empty for none."""
    if wanted.isdecimal():
        return found[int(wanted)] if int(wanted) < len(found) else ""
    matches = [uuid for uuid in found if wanted and uuid.startswith(wanted)]
    return matches[0] if len(matches) == 1 else ""
