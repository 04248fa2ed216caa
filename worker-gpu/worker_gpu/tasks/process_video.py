"""One record names a media file: what video it is, measured by decoding the whole of it, and its shots."""

from importlib.metadata import version
from typing import Any

from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.records import Record
from stackroom_jobs.videos import VideoResult
from stackroom_jobs.worker import Context
from worker_gpu.device import choose_device
from worker_gpu.model import is_installed, load_model
from worker_gpu.video.frames import Frames
from worker_gpu.video.patience import Patience
from worker_gpu.video.source import open_video

LOOK_EVERY = 32  # frames between two looks at whether to stop, where no model sets the pace


class ProcessVideo:
    """The function of the operation ``process_video``. RecordError for what is no video that can be read."""

    def __call__(self, record: Record, context: Context) -> VideoResult:
        has_model = is_installed()
        device = choose_device() if has_model else "cpu"
        with context.media.open(record.payload) as file, open_video(file, device) as frames:
            patience = Patience(frames, context)
            found = find_shots(frames, device, context, patience) if has_model else count(frames, context, patience)
            if not frames.count:
                raise RecordError("no_frames", "not one frame of the video could be decoded")
            return VideoResult(id=str(record.id), file=record.payload, **_facts(frames), **found)


def _facts(frames: Frames) -> dict[str, Any]:
    """What is known of a video without any model."""
    return {
        "codec": frames.codec,
        "width": frames.width,
        "height": frames.height,
        "rotation": frames.rotation,
        "frames": frames.count,
        "duration": _rounded(frames.duration),
        "frame_rate": _rounded(frames.rate),
        "damaged": frames.is_damaged,
    }


def count(frames: Frames, context: Context, patience: Patience) -> dict[str, Any]:
    """Without a model all frames are decoded all the same: headers lie."""
    for _ in frames:
        if frames.count % LOOK_EVERY == 0:
            context.progress(frames.count, max(frames.said, frames.count))
            patience.look()
    return {"shots": None, "shots_code": "no_model"}


def find_shots(frames: Frames, device: str, context: Context, patience: Patience) -> dict[str, Any]:
    """DeviceLost where the device fails."""
    from worker_gpu.model.transnet import NAME
    from worker_gpu.shots.analysis import Analyst

    model = load_model(device)
    found = Analyst(frames, model, context, patience.look).run()
    return {
        "shots": found.shots,
        "shots_code": None,
        "contact_sheet": found.contact_sheet,
        "device": model.device,
        "model": NAME,
        "versions": {**model.versions, "av": version("av")},
        "decode_rate": _rate(frames.count, found.decode_seconds),
        "model_rate": _rate(frames.count, found.model_seconds),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _rate(frames: int, seconds: float) -> float | None:
    return round(frames / seconds, 1) if seconds else None
