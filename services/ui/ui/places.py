"""How many of something one process holds at once."""


class Places:
    """Greenlets switch only where they wait, so a plain number is enough."""

    def __init__(self, most: int) -> None:
        self._free = most

    def are_left(self) -> bool:
        return self._free > 0

    def take(self) -> bool:
        """False where none is left."""
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    def give_back(self) -> None:
        self._free += 1
