"""A worker that speaks a contract which no importer of this version knows."""

import stackroom_jobs.protocol

stackroom_jobs.protocol.CONTRACT_VERSION = 99

from tests.support.workers.gpu_worker import app  # noqa: E402 - the version must stand before anything reads it

__all__ = ["app"]
