"""How many rows a chunk has."""

import pytest

from stackroom_jobs.chunks import chunk_rows
from stackroom_jobs.operations import OPERATIONS


@pytest.mark.parametrize(
    ("rows", "slots", "expected"),
    [(10, 2, 1000), (4000, 2, 1000), (8000, 2, 2000), (100_000, 2, 2500), (100_000, 50, 1000), (5000, 0, 2500)],
)
def test_chunks_are_two_per_slot_within_their_bounds(rows: int, slots: int, expected: int) -> None:
    assert chunk_rows(OPERATIONS["normalize_record"], rows, slots) == expected


def test_video_is_a_chunk_of_its_own() -> None:
    assert chunk_rows(OPERATIONS["process_video"], 500, 1) == 1
