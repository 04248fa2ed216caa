"""The GPUs of this machine as their driver tells of them, by NVML: it never touches CUDA, and costs no GPU memory.

Each call opens NVML anew, as a container that has lost its devices goes on hearing good news on an old connection.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import pynvml

from stackroom_jobs.protocol import Device

T = TypeVar("T")
LOST = "a lost GPU"
SECONDS = 30.0  # for one answer: a driver that wakes many GPUs takes its time


class NvmlError(Exception):
    """The driver does not answer as it should."""


class GpuGone(NvmlError):
    """The driver answers, and does not have this GPU any more."""


def has_driver() -> bool:
    """Whether the driver's library is here at all. NvmlError where it is and does not work."""
    try:
        _asked(lambda: None)
    except NvmlError as error:
        if isinstance(error.__cause__, pynvml.NVMLError_LibraryNotFound):
            return False
        raise
    return True


def uuids() -> list[str]:
    """Of everything that can be computed on, in nvidia-smi's order; a GPU that MIG has cut gives its instances.

    LOST stands in the place of a GPU that fell off the bus: it must not take the others with it.
    """
    return _asked(lambda: [uuid for index in range(pynvml.nvmlDeviceGetCount()) for uuid in _usable_at(index)])


def look(uuid: str) -> Device:
    """What a GPU, or an instance of one, says of itself now. GpuGone, or NvmlError."""
    return _asked(lambda: _look(uuid))


def _look(uuid: str) -> Device:
    handle = pynvml.nvmlDeviceGetHandleByUUID(uuid)
    memory = _if_told(lambda: pynvml.nvmlDeviceGetMemoryInfo(handle))
    return Device(
        kind="cuda",
        model=str(pynvml.nvmlDeviceGetName(handle)),
        uuid=uuid,
        memory_total=memory and int(memory.total),
        memory_used=memory and int(memory.used),
        utilisation=_if_told(lambda: int(pynvml.nvmlDeviceGetUtilizationRates(handle).gpu)),
        driver=_if_told(lambda: str(pynvml.nvmlSystemGetDriverVersion())),
        cuda=_if_told(_cuda_version),
    )


def _asked(ask: Callable[[], T]) -> T:
    """GpuGone or NvmlError, also where no answer comes: a hanging driver must not take the heartbeat with it."""

    def answer() -> T:
        with _nvml():
            return ask()

    try:
        return answer_in_time(answer, SECONDS)
    except TimeoutError:
        raise NvmlError(f"NVML: no answer within {SECONDS:g} s") from None


def answer_in_time(ask: Callable[[], T], seconds: float) -> T:
    """What ``ask`` gives or raises, or TimeoutError: its thread is left behind where the driver hangs."""
    answer: Future[T] = Future()

    def run() -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:  # noqa: BLE001 - all of them belong to who asks
            answer.set_exception(error)

    threading.Thread(target=run, name="driver", daemon=True).start()
    return answer.result(seconds)


@contextmanager
def _nvml() -> Iterator[None]:
    try:
        pynvml.nvmlInit()
        try:
            yield
        finally:
            pynvml.nvmlShutdown()
    except (pynvml.NVMLError_GpuIsLost, pynvml.NVMLError_NotFound) as error:
        raise GpuGone(f"NVML: {error}") from error
    except pynvml.NVMLError as error:
        raise NvmlError(f"NVML: {error}") from error


def _usable_at(index: int) -> list[str]:
    try:
        return _usable(pynvml.nvmlDeviceGetHandleByIndex(index))
    except pynvml.NVMLError_GpuIsLost:
        return [LOST]


def _usable(handle: Any) -> list[str]:
    if not _if_told(lambda: bool(pynvml.nvmlDeviceGetMigMode(handle)[0])):
        return [str(pynvml.nvmlDeviceGetUUID(handle))]
    places = range(pynvml.nvmlDeviceGetMaxMigDeviceCount(handle))
    instance_at = partial(pynvml.nvmlDeviceGetMigDeviceHandleByIndex, handle)
    instances = [_if_told(partial(instance_at, place)) for place in places]
    return [str(pynvml.nvmlDeviceGetUUID(instance)) for instance in instances if instance is not None]


def _if_told(ask: Callable[[], T]) -> T | None:
    """None for what this kind of device does not tell: an instance has no utilisation, shared memory no size."""
    try:
        return ask()
    except (pynvml.NVMLError_NotSupported, pynvml.NVMLError_NotFound, pynvml.NVMLError_InvalidArgument):
        return None


def _cuda_version() -> str:
    """The newest that the driver speaks: 12080 is 12.8."""
    number = int(pynvml.nvmlSystemGetCudaDriverVersion_v2())
    return f"{number // 1000}.{number % 1000 // 10}"
