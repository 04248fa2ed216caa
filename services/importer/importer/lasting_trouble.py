"""Trouble that lasts is one line when it begins and one when it ends, not one each second."""

import logging

logger = logging.getLogger(__name__)


class Trouble:
    """``work`` is the verb of what cannot be done."""

    def __init__(self, work: str) -> None:
        self._work = work
        self._now = ""

    def note(self, trouble: str) -> None:
        """What is wrong, or nothing."""
        if trouble == self._now:
            return
        if trouble:
            logger.warning("cannot %s: %s", self._work, trouble)
        else:
            logger.info("can %s again", self._work)
        self._now = trouble
