"""An outage is one line of the log when it begins and one when it ends, not one each second."""

import logging

logger = logging.getLogger(__name__)


class OutageLog:
    """``work`` is the verb of what cannot be done."""

    def __init__(self, work: str) -> None:
        self._work = work
        self._now = ""

    def note(self, reason: str) -> None:
        """What is wrong, or nothing."""
        if reason == self._now:
            return
        if reason:
            logger.warning("cannot %s: %s", self._work, reason)
        else:
            logger.info("can %s again", self._work)
        self._now = reason
