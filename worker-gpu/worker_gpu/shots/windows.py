"""Runs of frames with a margin on both sides: the model judges the middle half of each window of 100."""

from collections.abc import Iterator

import numpy as np

from worker_gpu.shots.blocks import BLOCK, Pixels

MARGIN = 25  # frames before and after those that are judged; at the ends the first and the last frame again


def runs(pixels: Iterator[Pixels], windows: int) -> Iterator[tuple[Pixels, int]]:
    """Blocks of 50 frames, the last with fewer, give ``(frames, judged)``.

    ``frames`` are 50 n + 50 for at most ``windows`` windows; the first ``judged`` predictions for their middle count.
    """
    held: list[Pixels] = []
    full = windows + 1
    for block in pixels:
        if not held:
            held = [np.repeat(block[:1], MARGIN, axis=0)]
        held.append(block)
        if sum(map(len, held)) >= full * BLOCK + MARGIN:
            whole = np.concatenate(held)
            yield whole[: full * BLOCK], windows * BLOCK
            held = [whole[windows * BLOCK :]]
    if held:
        yield from _rest(np.concatenate(held))


def _rest(frames: Pixels) -> Iterator[tuple[Pixels, int]]:
    """What is left at the end, filled up with the last frame; the margin at its start was judged or is no frame."""
    judged = len(frames) - MARGIN
    if judged > 0:
        missing = -judged % BLOCK + MARGIN
        yield np.concatenate([frames, np.repeat(frames[-1:], missing, axis=0)]), judged
