"""Decoded frames as the model wants them: blocks of small pictures, with their times and some larger pictures."""

import dataclasses
from collections.abc import Iterator
from typing import cast

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from worker_gpu.shots.pictures import PictureMaker
from worker_gpu.video.frames import TimedFrame

BLOCK = 50  # frames
HEIGHT, WIDTH = 27, 48
CHANGED = 16.0  # of 255: a frame that differs so much from the last picture is worth one of its own
LONGEST_GAP = 25  # frames without a picture

Pixels = NDArray[np.uint8]


@dataclasses.dataclass
class Block:
    """At most 50 frames in order: ``pixels`` (n, 27, 48, 3), ``times`` in seconds, ``pictures`` by frame number."""

    pixels: Pixels
    times: list[float]
    pictures: list[tuple[int, VideoFrame]]


class Shrinker:
    """Frames to 48x27 upright RGB, by the same bicubic scaling as ffmpeg's."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def __call__(self, frame: VideoFrame, rotation: int) -> Pixels:
        turns = rotation // 90 % 4
        width, height = (HEIGHT, WIDTH) if turns % 2 else (WIDTH, HEIGHT)
        small = self._reformatter.reformat(
            frame, width, height, "rgb24", interpolation=Interpolation.BICUBIC, threads=1
        )
        pixels = cast("Pixels", small.to_ndarray())
        return np.rot90(pixels, turns) if turns else pixels


def blocks(frames: Iterator[TimedFrame], make_picture: PictureMaker) -> Iterator[Block]:
    """A picture is taken where a frame looks unlike the last picture, so that each shot has one however short it is."""
    shrink, last = Shrinker(), np.zeros((HEIGHT, WIDTH, 3), np.int16)
    taken = -LONGEST_GAP
    block = _empty()
    for number, (frame, time, rotation) in enumerate(frames):
        pixels = shrink(frame, rotation)
        block.pixels[len(block.times)] = pixels
        block.times.append(time)
        if number - taken >= LONGEST_GAP or np.abs(last - pixels).mean() > CHANGED:
            block.pictures.append((number, make_picture(frame)))
            taken, last = number, pixels.astype(np.int16)
        if len(block.times) == BLOCK:
            yield block
            block = _empty()
    if block.times:
        block.pixels = block.pixels[: len(block.times)]
        yield block


def _empty() -> Block:
    return Block(np.empty((BLOCK, HEIGHT, WIDTH, 3), np.uint8), [], [])
