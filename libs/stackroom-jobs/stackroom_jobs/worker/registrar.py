"""Tells the importer of the operations that a worker brings, and hears which of them it may serve."""

import logging
import math
import time
from collections.abc import Iterable, Sequence

import msgspec

from stackroom_jobs.description import Description
from stackroom_jobs.operation import Operation
from stackroom_jobs.operations import is_built_in
from stackroom_jobs.protocol import Heartbeat, Registration
from stackroom_jobs.worker.client import WorkerAPI

REGISTER_SECONDS = 30.0  # what is refused now may be served once another worker is gone
logger = logging.getLogger(__name__)


def brought(operations: Iterable[Operation]) -> list[Description]:
    """All but those that the importer has itself, as it has them."""
    return [one.description for one in operations if not is_built_in(one.description)]


class Registrar:
    """Sends heartbeats; the first, each after a silence of the importer, and one in REGISTER_SECONDS, registers."""

    def __init__(self, api: WorkerAPI, described: Sequence[Description]) -> None:
        self._api = api
        self._described = list(described)
        self._due = -math.inf  # by the monotonic clock
        self._refused: dict[str, str] = {}

    def say(self, beat: Heartbeat) -> None:
        """Errors are those of the worker API."""
        if not self._described or time.monotonic() < self._due:
            self._beat(beat)
            return
        answer = self._api.register(Registration(**msgspec.structs.asdict(beat), described=self._described))
        self._due = time.monotonic() + REGISTER_SECONDS
        self._log(answer.refused)

    def _beat(self, beat: Heartbeat) -> None:
        try:
            self._api.heartbeat(beat)
        except Exception:
            self._due = -math.inf
            raise

    def _log(self, refused: dict[str, str]) -> None:
        """Each sentence once, and once that it holds no more."""
        for name, sentence in refused.items():
            if self._refused.get(name) != sentence:
                logger.error("this worker may not serve %s: %s", name, sentence)
        for name in self._refused.keys() - refused.keys():
            logger.info("this worker serves %s now", name)
        self._refused = refused
