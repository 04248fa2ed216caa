"""What the tests of shots share."""

from pathlib import Path

import pytest

from stackroom_jobs.worker import Context
from stackroom_jobs.worker.stop import StopFlag
from tests.support.local_media import LocalMedia
from tests.support.shots import Worker
from worker_gpu.settings import GpuWorkerSettings


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    media = tmp_path / "media"
    media.mkdir()
    return Worker(media, Context(GpuWorkerSettings(), {}, StopFlag(tmp_path / "stop"), LocalMedia(media)))
