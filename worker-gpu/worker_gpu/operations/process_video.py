"""One record names a media file: what video it is, measured by decoding the whole of it, and its shots."""

import logging
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from stackroom_jobs.context import Context
from stackroom_jobs.operations.process_video import PROCESS_VIDEO
from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.records import Record
from stackroom_jobs.videos import VideoResult
from worker_gpu.device import pinned_device
from worker_gpu.model import is_installed, load_model
from worker_gpu.settings import GpuWorkerSettings
from worker_gpu.video.frames import Frames
from worker_gpu.video.source import open_video
from worker_gpu.video.time_limit import VideoTimeLimit

if TYPE_CHECKING:
    from worker_gpu.model.transnet import Model

LOOK_EVERY = 32  # frames between two looks at whether to stop, where no model sets the pace
logger = logging.getLogger(__name__)


class ProcessVideo:
    """The function of the operation ``process_video``. RecordError for what is no video that can be read.

    ``decoder`` is VIDEO_DECODER; ``load`` gives the model on a device, and is called where one is installed.
    """

    def __init__(self, decoder: str = "auto", load: "Callable[[str], Model]" = load_model) -> None:
        self._decoder, self._load = decoder, load

    def __call__(self, record: Record, context: Context) -> VideoResult:
        started = time.monotonic()
        decoder = pinned_device() if self._decoder == "auto" and is_installed() else "cpu"
        with context.media.open(record.payload) as file:
            result, is_doubtful = self._look_through(record, file, decoder, context, started)
            if is_doubtful:
                logger.warning("%s: the GPU's decoder could not read all of it; once more on the CPU", record.payload)
                file.seek(0)
                result, _ = self._look_through(record, file, "cpu", context, started)
        if not result.frames:
            raise RecordError("no_frames", "not one frame of the video could be decoded")
        return result

    def _look_through(
        self, record: Record, file: BinaryIO, decoder: str, context: Context, started: float
    ) -> tuple[VideoResult, bool]:
        """What was found, and whether the GPU's decoder may be to blame for what was not."""
        with open_video(file, decoder) as frames:
            limit = VideoTimeLimit(frames, context, started)
            logger.info("%s: %.0f s of video, may take %.0f s", record.payload, frames.duration or 0, limit.allowed())
            found = self._shots(frames, context, limit) if is_installed() else count(frames, context, limit)
            result = VideoResult(id=str(record.id), file=record.payload, **_facts(frames), **found)
            return result, frames.is_on_gpu and (frames.is_damaged or not frames.count)

    def _shots(self, frames: Frames, context: Context, limit: VideoTimeLimit) -> dict[str, Any]:
        """DeviceLost where the device fails."""
        from worker_gpu.model.transnet import NAME
        from worker_gpu.shots.analysis import Analyst

        model = self._load(pinned_device())
        found = Analyst(frames, model, context, limit.look).run()
        return {
            "shots": found.shots,
            "shot_count": found.count,
            "shots_code": None,
            "contact_sheet": found.contact_sheet,
            "device": model.device,
            "model": NAME,
            "versions": {**model.versions, "av": version("av")},
            "decode_rate": _rate(frames.count, found.decode_seconds),
            "model_rate": _rate(frames.count, found.model_seconds),
        }


def _facts(frames: Frames) -> dict[str, Any]:
    """What is known of a video without any model."""
    return {
        "codec": frames.codec,
        "width": frames.width,
        "height": frames.height,
        "rotation": frames.rotation,
        "frames": frames.count,
        "duration": _rounded(frames.end),
        "frame_rate": _rounded(frames.rate),
        "damaged": frames.is_damaged,
    }


def count(frames: Frames, context: Context, limit: VideoTimeLimit) -> dict[str, Any]:
    """Without a model all frames are decoded all the same: headers lie."""
    for _ in frames:
        if frames.count % LOOK_EVERY == 0:
            context.progress(frames.count, frames.expected)
            limit.look()
    return {"shots": None, "shots_code": "no_model"}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _rate(frames: int, seconds: float) -> float | None:
    return round(frames / seconds, 1) if seconds else None


def process_video(record: Record, context: Context) -> VideoResult:
    settings = cast("GpuWorkerSettings", context.settings)
    return ProcessVideo(settings.video_decoder)(record, context)


OPERATION = PROCESS_VIDEO.with_function(process_video)
