"""Those that the importer knows too, and computes itself in eager mode: they stand in ``stackroom-jobs``."""

from stackroom_jobs.operations.load import LOAD
from stackroom_jobs.operations.normalize_record import normalize_record
from stackroom_jobs.operations.process_batch_with_progress import process_batch_with_progress

__all__ = ["LOAD", "normalize_record", "process_batch_with_progress"]
