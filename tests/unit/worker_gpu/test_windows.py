"""Windows of 100 frames over a stream of blocks."""

from collections.abc import Iterator

import numpy as np
import pytest

from worker_gpu.shots.blocks import BLOCK, Pixels, windows

WINDOW = 100


def numbered(count: int) -> Iterator[Pixels]:
    """Blocks of frames of one pixel, whose value is the frame's number."""
    frames = np.arange(count, dtype=np.uint16).reshape(-1, 1)
    for start in range(0, count, BLOCK):
        yield frames[start : start + BLOCK]  # type: ignore[misc]


def expected(count: int) -> list[list[int]]:
    """As the authors pad: 25 times the first frame before, the last one behind until the windows are full."""
    behind = 25 + -count % BLOCK
    padded = [0] * 25 + list(range(count)) + [count - 1] * behind
    return [padded[start : start + WINDOW] for start in range(0, len(padded) - WINDOW + 1, BLOCK)]


@pytest.mark.parametrize("at_once", [1, 2, 3, 16])
@pytest.mark.parametrize("count", [1, 24, 25, 49, 50, 51, 75, 99, 100, 101, 149, 150, 151, 799, 800, 801, 1234])
def test_windows_are_those_of_the_whole_video_padded_at_once(count: int, at_once: int) -> None:
    found: list[list[int]] = []
    judged_frames = 0
    for frames, judged in windows(numbered(count), at_once):
        assert len(frames) % BLOCK == 0
        assert 0 < judged <= len(frames) - BLOCK
        found += [frames[start : start + WINDOW, 0].tolist() for start in range(0, len(frames) - WINDOW + 1, BLOCK)]
        judged_frames += judged
    assert found == expected(count)
    assert judged_frames == count


def test_no_frames_are_no_windows() -> None:
    assert list(windows(numbered(0), 4)) == []
