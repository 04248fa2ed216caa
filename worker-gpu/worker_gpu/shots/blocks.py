"""Decoded frames as the model wants them: blocks of small pictures, and windows of them.

A window is 100 frames, of which the model judges the middle half.
"""

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
MARGIN = 25  # frames before and after those that are judged; at the ends the first and the last frame again

Pixels = NDArray[np.uint8]


@dataclasses.dataclass
class FrameBlock:
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


def blocks(frames: Iterator[TimedFrame], make_picture: PictureMaker) -> Iterator[FrameBlock]:
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


def _empty() -> FrameBlock:
    return FrameBlock(np.empty((BLOCK, HEIGHT, WIDTH, 3), np.uint8), [], [])


def windows(pixels: Iterator[Pixels], most: int) -> Iterator[tuple[Pixels, int]]:
    """Blocks of 50 frames, the last with fewer, give ``(frames, judged)``.

    ``frames`` are 50 n + 50 for at most ``most`` windows; the first ``judged`` predictions for their middle count.
    """
    held: list[Pixels] = []
    full = most + 1
    for block in pixels:
        if not held:
            held = [np.repeat(block[:1], MARGIN, axis=0)]
        held.append(block)
        if sum(map(len, held)) >= full * BLOCK + MARGIN:
            whole = np.concatenate(held)
            yield whole[: full * BLOCK], most * BLOCK
            held = [whole[most * BLOCK :]]
    if held:
        yield from _rest(np.concatenate(held))


def _rest(frames: Pixels) -> Iterator[tuple[Pixels, int]]:
    """What is left at the end, filled up with the last frame; the margin at its start was judged or is no frame."""
    judged = len(frames) - MARGIN
    if judged > 0:
        missing = -judged % BLOCK + MARGIN
        yield np.concatenate([frames, np.repeat(frames[-1:], missing, axis=0)]), judged
