"""Errors of the device are told from errors of the record."""

import pytest

from worker_gpu.device import is_device_error, is_out_of_memory


class OutOfMemoryError(RuntimeError):
    """As torch names it."""


class AcceleratorError(RuntimeError):
    """As torch names it."""


class DeferredCudaCallError(Exception):
    """As torch names it."""


@pytest.mark.parametrize(
    "error",
    [
        OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"),
        RuntimeError("FIND was unable to find an engine to execute this computation after trying 6 plans."),
        RuntimeError("GET was unable to find an engine to execute this computation"),
    ],
)
def test_lack_of_device_memory_is_both(error: Exception) -> None:
    assert is_out_of_memory(error)
    assert is_device_error(error)


@pytest.mark.parametrize(
    "error",
    [
        AcceleratorError("CUDA error: an illegal memory access was encountered"),
        RuntimeError("CUDA error: unspecified launch failure"),
        RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR"),
        RuntimeError("No CUDA GPUs are available"),
        RuntimeError("Found no NVIDIA driver on your system."),
        RuntimeError("NVML_SUCCESS == r INTERNAL ASSERT FAILED at CUDACachingAllocator.cpp"),
        DeferredCudaCallError("CUDA call failed lazily at initialization with error: device >= 0"),
        RuntimeError("CUDA unknown error - this may be due to an incorrectly set up environment"),
    ],
)
def test_failure_of_the_device_is_no_lack_of_memory(error: Exception) -> None:
    assert is_device_error(error)
    assert not is_out_of_memory(error)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("[enforce fail at alloc_cpu.cpp:118] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("The size of tensor a (100) must match the size of tensor b (50)"),
        ValueError("CUDA error in the name of a file"),
        OSError("No space left on device"),
    ],
)
def test_other_errors_are_not_the_devices(error: Exception) -> None:
    assert not is_device_error(error)
    assert not is_out_of_memory(error)
