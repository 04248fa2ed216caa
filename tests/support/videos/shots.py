"""The function for videos as a worker has it, in this process."""

import dataclasses
import io
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from stackroom_jobs.context import Context
from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.records import Record
from stackroom_jobs.videos import VideoResult
from tests.support.videos.scenes import Scene
from worker_gpu.operations.process_video import ProcessVideo

CUTS = [Scene(30), Scene(25), Scene(40)]


@dataclasses.dataclass
class Worker:
    """On one folder of videos."""

    media: Path
    context: Context

    def process(self, name: str) -> VideoResult:
        return ProcessVideo()(Record("v1", name), self.context)

    def code(self, name: str) -> str:
        with pytest.raises(RecordError) as caught:
            self.process(name)
        return caught.value.code

    def shots(self, name: str) -> list[tuple[int, int]]:
        found = self.process(name).shots
        assert found is not None
        return [(shot.start_frame, shot.end_frame) for shot in found]

    def picture(self, name: str | None) -> NDArray[np.uint8]:
        assert name is not None
        with av.open(io.BytesIO((self.media / name).read_bytes()), "r") as container:
            return cast("NDArray[np.uint8]", next(container.decode(video=0)).to_ndarray(format="rgb24"))
