"""Those that the importer knows too, and computes itself in eager mode: they stand in ``stackroom-jobs``."""

from stackroom_jobs.operations.load_groups import LOAD_GROUPS
from stackroom_jobs.operations.load_types import LOAD_TYPES
from stackroom_jobs.operations.normalize_record import normalize_record
from stackroom_jobs.operations.process_batch_with_progress import process_batch_with_progress

__all__ = ["LOAD_GROUPS", "LOAD_TYPES", "normalize_record", "process_batch_with_progress"]
