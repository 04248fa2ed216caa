"""A film of any length with cuts at known frames: some scenes are encoded once, and their packets repeated."""

import dataclasses
from pathlib import Path

import av

from tests.support.videos.scenes import boundaries, plan, write_scenes

SCENES = 60  # of one round: three minutes and a half


@dataclasses.dataclass(frozen=True)
class Film:
    """``cuts`` are the last frames of shots; the last round may end anywhere."""

    path: Path
    frames: int
    cuts: list[int]

    def cuts_before(self, frame: int) -> list[int]:
        return [cut for cut in self.cuts if cut < frame - 1]


def make_film(folder: Path, frames: int) -> Film:
    """``film.mp4`` of so many frames at 25 a second, 320x180; a three-hour one takes a minute and 2 GB."""
    scenes = plan(1, SCENES, 0.0)
    round_frames = sum(scene.frames for scene in scenes)
    once = write_scenes(folder / "round.mp4", scenes, 1)
    path = _repeat(once, folder / "film.mp4", frames, round_frames)
    inside = [one.first for one in boundaries(scenes)] + [round_frames - 1]
    cuts = [start + cut for start in range(0, frames, round_frames) for cut in inside]
    return Film(path, frames, [cut for cut in cuts if cut < frames - 1])


def _repeat(source: Path, target: Path, frames: int, round_frames: int) -> Path:
    """Each round begins with a picture that needs none before it, so the packets stay as they are."""
    with av.open(str(target), "w") as new:
        stream = None
        for first in range(0, frames, round_frames):
            with av.open(str(source)) as old:
                template = old.streams.video[0]
                stream = stream or new.add_stream_from_template(template)
                packets = [packet for packet in old.demux(template) if packet.dts is not None]
                for number, packet in enumerate(packets[: frames - first]):
                    step = packet.duration or 0
                    packet.pts, packet.dts = (first + number) * step, (first + number) * step
                    packet.stream = stream
                    new.mux(packet)
    return target
