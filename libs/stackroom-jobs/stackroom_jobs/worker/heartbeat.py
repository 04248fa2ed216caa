"""Each second: "I live, I serve these queues", to the importer, and a file touched for a health check."""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import urllib3

from stackroom_jobs.context import DeviceLost
from stackroom_jobs.description import Description
from stackroom_jobs.protocol import Heartbeat
from stackroom_jobs.settings import WorkerSettings
from stackroom_jobs.worker.client import NotAdmittedError, WorkerAPI, WorkerAPIError
from stackroom_jobs.worker.lifecycle import StopFlag, end_worker
from stackroom_jobs.worker.registrar import Registrar
from stackroom_jobs.worker.registration import DeviceWatch, inherited_name

PERIOD_SECONDS = 1.0
DEVICE_SECONDS = 5.0  # between two looks at the device
LOOK_SECONDS = 0.2  # between two looks at whether a child has lost the device
logger = logging.getLogger(__name__)


class HeartbeatThread:
    """``first`` is what is sent; ``described`` are operations of this worker's own.

    ``stop_flag`` is how children say that the device is lost.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        first: Heartbeat,
        described: Sequence[Description],
        device: DeviceWatch,
        stop_flag: StopFlag,
    ) -> None:
        self._api = WorkerAPI(settings)
        self._registrar = Registrar(self._api, described)
        self._file = Path(settings.heartbeat_file) if settings.heartbeat_file else None
        self._beat = first
        self._device = device
        self._looked_at = -DEVICE_SECONDS
        self._stop_flag = stop_flag
        self._stopped = threading.Event()
        self._is_unheard = False
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        """A lost device, another contract, or a token that is refused ends the worker; nothing else does."""
        self._write("")
        while not self._stopped.is_set():
            try:
                self._look()
                self._send(self._beat)
                self._touch()
                self._wait()
            except DeviceLost as lost:
                self.report_unhealthy(lost.reason)
                end_worker()
                return
            except NotAdmittedError as error:
                logger.error("this worker cannot work here: %s", error)
                self._stop_flag.set(str(error))
                end_worker()
                return

    def _look(self) -> None:
        """What the device last said goes with every beat. DeviceLost."""
        if time.monotonic() - self._looked_at >= DEVICE_SECONDS:
            self._beat = msgspec.structs.replace(self._beat, device=self._device.look())
            self._looked_at = time.monotonic()

    def say_goodbye(self) -> None:
        """After the last child has ended. An unhealthy worker does not: its reason is to be seen."""
        if not self._stop_flag.reason():
            with contextlib.suppress(urllib3.exceptions.HTTPError):
                self._api.goodbye(inherited_name())

    def report_unhealthy(self, reason: str) -> None:
        """Say once and everywhere why this worker takes no more work: to children, health check, log and importer."""
        self._stop_flag.set(reason)
        self._write(f"unhealthy: {reason}\n")
        logger.error("this worker is unhealthy and ends: %s", reason)
        try:
            self._send(msgspec.structs.replace(self._beat, unhealthy=reason))
        except NotAdmittedError as error:
            logger.error("this worker cannot work here: %s", error)

    def _wait(self) -> None:
        """Until the next beat is due. DeviceLost as soon as a child says so."""
        due = time.monotonic() + PERIOD_SECONDS
        while time.monotonic() < due and not self._stopped.wait(LOOK_SECONDS):
            reason = self._stop_flag.reason()
            if reason:
                raise DeviceLost(reason)

    def _send(self, beat: Heartbeat) -> None:
        """NotAdmittedError where the importer refuses this worker as it is; every other error passes.

        One line when nobody hears it, and one when somebody does again.
        """
        try:
            self._registrar.say(beat)
        except NotAdmittedError:
            raise
        except (WorkerAPIError, urllib3.exceptions.HTTPError) as error:
            if not self._is_unheard:
                shown = f"{type(error).__name__}: {error}"[:300]
                logger.warning("the importer does not hear this worker: %s", shown)
            self._is_unheard = True
        else:
            if self._is_unheard:
                logger.info("the importer hears this worker again")
            self._is_unheard = False

    def _touch(self) -> None:
        if self._file:
            self._file.touch()

    def _write(self, unhealthy: str) -> None:
        """An empty file is a healthy one; whole at once, since the health check may read at any moment."""
        if self._file:
            written = self._file.with_name(f"{self._file.name}.{os.getpid()}")
            written.write_text(unhealthy, encoding="utf-8")
            written.replace(self._file)
