"""Every few seconds: "I live, I serve these queues", to the importer, and a file touched for a health check."""

import dataclasses
import logging
import os
import platform
import signal
import socket
import threading
from importlib.metadata import version
from pathlib import Path

import urllib3

from stackroom_jobs.protocol import CONTRACT_VERSION, Heartbeat
from stackroom_jobs.settings import WorkerSettings
from stackroom_jobs.worker.client import ContractError, WorkerAPI, WorkerAPIError

PERIOD_SECONDS = 5.0
logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Identity:
    """``queues`` by their logical names, ``slots`` the number of pool processes."""

    worker: str
    queues: list[str]
    slots: int
    operations: list[str]


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), "celery": version("celery")}


class HeartbeatThread:
    def __init__(self, settings: WorkerSettings, identity: Identity) -> None:
        self._api = WorkerAPI(settings)
        self._file = settings.heartbeat_file
        self._beat = Heartbeat(
            worker=identity.worker,
            host=socket.gethostname(),
            contract=CONTRACT_VERSION,
            queues=identity.queues,
            slots=identity.slots,
            operations=identity.operations,
            versions=_versions(),
        )
        self._stopped = threading.Event()
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._send()
            if self._file:
                Path(self._file).touch()
            self._stopped.wait(PERIOD_SECONDS)

    def _send(self) -> None:
        try:
            self._api.heartbeat(self._beat)
        except ContractError as error:
            logger.error("this worker cannot work here: %s", error)
            self.stop()
            os.kill(os.getpid(), signal.SIGTERM)
        except (WorkerAPIError, urllib3.exceptions.HTTPError) as error:
            self._note(f"{type(error).__name__}: {error}"[:200])
        else:
            self._note("")

    def _note(self, trouble: str) -> None:
        """One line when it begins and one when it ends."""
        if bool(trouble) != bool(self._trouble):
            if trouble:
                logger.warning("the importer does not hear this worker: %s", trouble)
            else:
                logger.info("the importer hears this worker again")
        self._trouble = trouble
