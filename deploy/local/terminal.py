"""Short lines on the terminal, each with the part that it speaks of."""

import sys

WIDTH = 20
LONGEST = 240


def say(part: str, line: str) -> None:
    """One line; nothing when the terminal has gone away (the logs have it)."""
    try:
        sys.stdout.write(f"{part:<{WIDTH}} | {line[:LONGEST]}\n")
        sys.stdout.flush()
    except (BrokenPipeError, OSError):
        return
