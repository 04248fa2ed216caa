"""Who is too slow: the rule for whatever moves between a client and the gateway."""


class Pace:
    """A credit of ``grace`` seconds. Waiting for the client spends it, and each byte that moves earns some of it back.

    So a client may pause for ``grace`` seconds at any time, but not stay below ``bytes_per_second``; and one that was
    quick for an hour has no more credit than one that has just begun. No clock runs while others keep it waiting.
    """

    def __init__(self, grace: float, bytes_per_second: float) -> None:
        self._grace, self._bytes_per_second = grace, bytes_per_second
        self.left = grace

    def waited(self, seconds: float) -> None:
        self.left -= seconds

    def moved(self, size: int) -> None:
        self.left = min(self._grace, self.left + size / self._bytes_per_second)
