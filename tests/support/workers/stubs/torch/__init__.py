"""A torch that can do nothing but write down, in the file ``TORCH_WITNESS``, which process imported it.

``STUB_CUDA`` is the CUDA that it was built with; ``STUB_CUDA_ERROR`` what its first computation on a GPU fails with.
"""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

if os.environ.get("TORCH_WITNESS"):
    with Path(os.environ["TORCH_WITNESS"]).open("a", encoding="utf-8") as _witness:
        _witness.write(f"{os.getpid()}\n")

version = SimpleNamespace(cuda=os.environ.get("STUB_CUDA"))


class _One:
    def sum(self) -> "_One":
        return self

    def item(self) -> float:
        return 2.0


def ones(size: int, device: Any) -> _One:
    if os.environ.get("STUB_CUDA_ERROR"):
        raise RuntimeError(os.environ["STUB_CUDA_ERROR"])
    return _One()
