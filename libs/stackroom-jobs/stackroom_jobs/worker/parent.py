"""The parent process of a worker: names it, adds the doorbells' lists, sends heartbeats, reports children that died."""

import logging
import threading
from collections.abc import Sequence
from typing import Any

from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery import signals

from stackroom_jobs.context import DeviceLost
from stackroom_jobs.operation import Operation
from stackroom_jobs.protocol import Loss, LostRequest
from stackroom_jobs.queues import BELL_SUFFIX, queue_of_routing_key
from stackroom_jobs.settings import WorkerSettings
from stackroom_jobs.worker.client import WorkerAPI, WorkerAPIError
from stackroom_jobs.worker.heartbeat import HeartbeatThread
from stackroom_jobs.worker.lifecycle import FAILED, Deadline, StopFlag, make_stop_flag
from stackroom_jobs.worker.registrar import brought
from stackroom_jobs.worker.registration import DeviceWatch, first_heartbeat, inherited_name, name_this_worker
from stackroom_kit.logs import configure_logging

LOST_SECONDS = 600  # how long a death is told again while the importer is away; the lease ends it anyway
LOSSES = {WorkerLostError: Loss.WORKER_LOST, TimeLimitExceeded: Loss.TIMED_OUT}
logger = logging.getLogger(__name__)


class Parent:
    """Handlers of Celery's signals for one app. Nothing of this runs in a pool process."""

    def __init__(
        self, service: str, settings: WorkerSettings, operations: Sequence[Operation], device: DeviceWatch
    ) -> None:
        self._service = service
        self._settings = settings
        self._operations = operations
        self._device = device
        self._stop_flag: StopFlag | None = None
        self._heartbeat: HeartbeatThread | None = None

    def connect(self) -> None:
        """Celery keeps weak references unless told otherwise."""
        for signal, handler in (
            (signals.setup_logging, self._configure_logging),
            (signals.celeryd_after_setup, self._add_bells),
            (signals.celeryd_after_setup, self._prepare_device),
            (signals.worker_init, self._begin),
            (signals.worker_ready, self._start_heartbeat),
            (signals.worker_shutting_down, self._stop),
            (signals.worker_shutdown, self._say_goodbye),
            (signals.task_failure, self._note_failure),
        ):
            signal.connect(handler, weak=False)

    def _configure_logging(self, **_: Any) -> None:
        """Instead of Celery's own logging."""
        configure_logging(self._settings.log_level, self._service)

    def _add_bells(self, instance: Any, **_: Any) -> None:
        """``--queues=cpu`` reads ``cpu.bell`` too; work of the ledger must not wait behind other tasks."""
        queues = instance.app.amqp.queues
        for name in [name for name in queues.consume_from if not name.endswith(BELL_SUFFIX)]:
            queues.select_add(name + BELL_SUFFIX)

    def _begin(self, **_: Any) -> None:
        """Before the pool is made: what children must know is in the environment."""
        name_this_worker(self._service, self._settings.worker_name)
        self._flag()

    def _prepare_device(self, instance: Any, **_: Any) -> None:
        """Before the pool is made and anything consumed. A device that cannot be used ends the worker here.

        Every start makes sure anew, so a device that stays broken takes no work in a loop of restarts.
        """
        try:
            self._device.prepare()
        except DeviceLost as lost:
            self._heartbeat_of(instance).report_unhealthy(lost.reason)
            raise SystemExit(FAILED) from None

    def _start_heartbeat(self, sender: Any, **_: Any) -> None:
        self._heartbeat = self._heartbeat_of(sender.controller)
        self._heartbeat.start()

    def _heartbeat_of(self, worker: Any) -> HeartbeatThread:
        default = self._settings.celery_default_queue
        queues = sorted({queue_of_routing_key(key, default) for key in worker.app.amqp.queues.consume_from})
        served = [one for one in self._operations if set(one.queues) & set(queues)]
        for one in set(self._operations) - set(served):
            logger.warning("%s runs on %s, which this worker does not read: %s", one.name, one.queues, queues)
        first = first_heartbeat(queues, worker.concurrency, [one.name for one in served], self._device)
        return HeartbeatThread(self._settings, first, brought(served), self._device, self._flag())

    def _flag(self) -> StopFlag:
        if self._stop_flag is None:
            self._stop_flag = make_stop_flag()
        return self._stop_flag

    def _stop(self, **_: Any) -> None:
        """Children finish the chunk at hand or give it back."""
        if self._stop_flag is not None:
            self._stop_flag.set()
        if self._heartbeat is not None:
            self._heartbeat.stop()

    def _say_goodbye(self, **_: Any) -> None:
        """So that nobody counts on it until its heartbeats are missed."""
        if self._heartbeat is not None:
            self._heartbeat.say_goodbye()

    def _note_failure(self, task_id: str, exception: Exception, **_: Any) -> None:
        """Fires here, in the parent, when a child died or was killed at its time limit."""
        loss = LOSSES.get(type(exception))
        if loss is not None:
            threading.Thread(target=self._report_lost, args=(task_id, loss), daemon=True).start()

    def _report_lost(self, delivery: str, loss: Loss) -> None:
        logger.warning("delivery=%s %s", delivery, loss)
        asked = LostRequest(inherited_name().name, delivery, loss)
        try:
            WorkerAPI(self._settings).lost(asked, Deadline(LOST_SECONDS))
        except WorkerAPIError as error:
            logger.error("could not tell of delivery=%s: %s", delivery, error)
