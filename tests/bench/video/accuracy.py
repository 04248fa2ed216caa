"""``python -m tests.bench.video.accuracy``: precision and recall on made videos, beside PySceneDetect.

A boundary that was found is right if it lies within two frames of one that was made and that no other has hit.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scenedetect import ContentDetector, detect

from stackroom_jobs.context import Context
from stackroom_jobs.records import Record
from stackroom_jobs.settings import WorkerSettings
from stackroom_jobs.worker.lifecycle import StopFlag
from tests.support.videos.scenes import Boundary, boundaries, plan, write_scenes
from tests.support.workers.local_media import LocalMedia
from worker_gpu.operations.process_video import ProcessVideo

TOLERANCE = 2  # frames
DISSOLVES = 0.35  # of the boundaries


def ours(folder: Path, name: str) -> list[int]:
    """The last frame of each shot but the last."""
    context = Context(WorkerSettings(), {}, StopFlag(folder / "stop"), LocalMedia(folder))
    found = ProcessVideo()(Record("bench", name), context).shots
    if found is None:
        raise SystemExit("no model is installed: make environment TORCH=1")
    return [shot.end_frame for shot in found[:-1]]


def theirs(folder: Path, name: str) -> list[int]:
    return [start.frame_num - 1 for start, _ in detect(str(folder / name), ContentDetector())[1:]]


def hits(found: Sequence[int], made: Sequence[Boundary]) -> int:
    left = list(made)
    for frame in found:
        hit = next((one for one in left if one.first - TOLERANCE <= frame <= one.last + TOLERANCE), None)
        if hit is not None:
            left.remove(hit)
    return len(made) - len(left)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.video.accuracy")
    parser.add_argument("--videos", type=int, default=3)
    parser.add_argument("--scenes", type=int, default=12, help="of each video")
    asked = parser.parse_args()
    sums = {"TransNet V2 here": [0, 0, 0], "PySceneDetect content": [0, 0, 0]}
    cuts = {name: [0, 0] for name in sums}
    with tempfile.TemporaryDirectory() as place:
        for seed in range(1, asked.videos + 1):
            scenes, name = plan(seed, asked.scenes, DISSOLVES), f"made-{seed}.mp4"
            write_scenes(Path(place) / name, scenes, seed)
            made = boundaries(scenes)
            hard = [one for one in made if one.first == one.last]
            for who, way in zip(sums, (ours, theirs), strict=True):
                frames = way(Path(place), name)
                for number, value in enumerate((hits(frames, made), len(frames), len(made))):
                    sums[who][number] += value
                cuts[who][0] += hits(frames, hard)
                cuts[who][1] += len(hard)
    for who, (right, found, made_count) in sums.items():
        print(
            f"{who}: precision {right / max(found, 1):.2f}, recall {right / made_count:.2f}"
            f" ({right} right of {found} found, {made_count} made; cuts {cuts[who][0]} of {cuts[who][1]})"
        )


if __name__ == "__main__":
    main()
