"""What the tests of shots share."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackroom_jobs.context import Context
from stackroom_jobs.worker.lifecycle import StopFlag
from tests.support.videos.shots import Worker
from tests.support.workers.local_media import LocalMedia
from worker_gpu.model import is_installed
from worker_gpu.settings import GpuWorkerSettings

if TYPE_CHECKING:
    from torch import Tensor


@pytest.fixture(scope="session", autouse=True)
def known_windows() -> Iterator[None]:
    """The model computes a window once, however many tests show it: that takes a second each."""
    if not is_installed():
        yield
        return
    from worker_gpu.model.network import Network

    compute = Network.__call__
    known: dict[tuple[str, bytes], Tensor] = {}

    def look_up(network: Network, windows: "Tensor") -> "Tensor":
        key = (str(network._kind), windows.numpy().tobytes())
        if key not in known:
            known[key] = compute(network, windows)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Network, "__call__", look_up)
        yield


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    media = tmp_path / "media"
    media.mkdir()
    return Worker(media, Context(GpuWorkerSettings(), {}, StopFlag(tmp_path / "stop"), LocalMedia(media)))
