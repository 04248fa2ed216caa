"""``make doctor``: what somebody forgot, each with the command that mends it."""

from typing import NamedTuple


class Finding(NamedTuple):
    """One sentence, and what to run or to write."""

    what: str
    mend: str
