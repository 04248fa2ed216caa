"""The function for videos as a worker has it, in this process."""

import dataclasses
import functools
import io
import tempfile
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
from tests.support.videos.scenes import Pixels, Scene, frames_of, write_pictures
from worker_gpu.operations.process_video import ProcessVideo

CUTS = [Scene(30), Scene(25), Scene(40)]


@functools.cache
def cut_pictures() -> list[Pixels]:
    """The frames of CUTS, made once for all tests."""
    return list(frames_of(CUTS, 4))


@functools.cache
def cuts_mp4() -> bytes:
    """CUTS as a file, made once for all tests."""
    with tempfile.TemporaryDirectory() as folder:
        return write_pictures(Path(folder) / "cuts.mp4", iter(cut_pictures())).read_bytes()


@dataclasses.dataclass
class Worker:
    """On one folder of videos."""

    media: Path
    context: Context

    def get_cuts(self) -> str:
        """The name under which CUTS lie in the folder from now on."""
        (self.media / "cuts.mp4").write_bytes(cuts_mp4())
        return "cuts.mp4"

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
