"""Which exceptions are the device's own fault, and not the record's.

They are told apart by names and texts, so that nobody has to import torch for it.
"""

OUT_OF_MEMORY = (
    "CUDA out of memory",
    "CUDA error: out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
    "DEVICE_ALLOCATION_FAILED",  # cuDNN 9
    "find an engine to execute this computation",  # of cuDNN: each that it tried wanted more memory than there is
)
DEVICE = (
    "CUDA error",
    "CUDA driver",
    "CUDA unknown error",
    "cudaError",
    "CUBLAS_STATUS_",
    "CUDNN_STATUS_",
    "cuDNN error",
    "No CUDA GPUs are available",
    "Found no NVIDIA driver",
    "NVML_SUCCESS",  # torch asks NVML when memory is short, and asserts that it answers
)
CLASSES = {"AcceleratorError", "DeferredCudaCallError", "OutOfMemoryError"}  # torch's own


def _has(error: BaseException, texts: tuple[str, ...]) -> bool:
    said = str(error)
    return isinstance(error, RuntimeError) and any(text in said for text in texts)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the device had too little memory; less work at once may fit."""
    return type(error).__name__ == "OutOfMemoryError" or _has(error, OUT_OF_MEMORY)


def is_device_error(error: BaseException) -> bool:
    """Whether the device failed: out of memory, an error of CUDA or one of its libraries, no device any more.

    After most of them the process cannot use its device again. Memory of the host is not the device's.
    """
    return type(error).__name__ in CLASSES or is_out_of_memory(error) or _has(error, DEVICE)
