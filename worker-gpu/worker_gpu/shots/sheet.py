"""The contact sheet: one picture with small ones of shots that are spread evenly over the video."""

import math

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
MOST = 100  # cells
SMALLER = 2  # times smaller than a keyframe, in each direction
GAP = 4  # pixels


class ContactSheet:
    """Holds at most 100 cells, however many shots come: every shot, every second, every fourth…"""

    def __init__(self) -> None:
        self._cells: list[Pixels] = []
        self._every = 1
        self._count = 0

    def add(self, keyframe: Pixels) -> None:
        """The next shot's picture."""
        if self._count % self._every == 0:
            self._cells.append(keyframe[::SMALLER, ::SMALLER].copy())
        self._count += 1
        if len(self._cells) > MOST:
            self._cells = self._cells[::2]
            self._every *= 2

    def picture(self) -> Pixels | None:
        """RGB pixels, wider than high; None without a shot."""
        if not self._cells:
            return None
        height, width = self._cells[0].shape[:2]
        columns = min(len(self._cells), math.ceil(math.sqrt(len(self._cells) * 1.5 * height / width)))
        rows = math.ceil(len(self._cells) / columns)
        sheet = np.full((_even(rows * (height + GAP) + GAP), _even(columns * (width + GAP) + GAP), 3), 24, np.uint8)
        for number, cell in enumerate(self._cells):
            row, column = divmod(number, columns)
            top, left = GAP + row * (height + GAP), GAP + column * (width + GAP)
            sheet[top : top + height, left : left + width] = cell
        return sheet


def _even(size: int) -> int:
    return size + size % 2
