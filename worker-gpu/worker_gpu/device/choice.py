"""Which device this process computes on. The parent of a worker decides; its children are told by their environment."""

import os

VARIABLE = "STACKROOM_DEVICE"


def choose_device() -> str:
    """The device as torch names it: ``cuda:0`` or ``cpu``. A pinned process sees one GPU, which is its ``cuda:0``."""
    return os.environ.get(VARIABLE, "cpu")
