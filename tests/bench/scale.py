"""How much is measured: ``BENCH_REPEATS`` (5) and ``BENCH_SCALE`` (1.0); smaller ones only show that it works."""

import os

REPEATS = int(os.environ.get("BENCH_REPEATS", "5"))
SCALE = float(os.environ.get("BENCH_SCALE", "1"))
IS_WHOLE = REPEATS >= 5 and SCALE == 1


def scaled(number: int) -> int:
    """So many rows, or a part of them; never fewer than a hundred, so that every way still has work."""
    return max(int(number * SCALE), min(number, 100))


def duration(seconds: float) -> float:
    return max(seconds * SCALE, min(seconds, 0.2))
