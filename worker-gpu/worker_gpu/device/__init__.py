"""The device that a worker computes on: which one, what it says of itself, and which errors are its own.

Nothing here imports torch: the parent process of a worker must never touch CUDA.
"""

from worker_gpu.device.choice import pinned_device
from worker_gpu.device.errors import is_device_error, is_out_of_memory
from worker_gpu.device.fake import before_step

__all__ = ["before_step", "is_device_error", "is_out_of_memory", "pinned_device"]
