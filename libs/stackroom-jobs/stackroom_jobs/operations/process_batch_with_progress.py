"""The records of one task that tells its progress: the ledger counts what is done."""

from stackroom_jobs.context import Context
from stackroom_jobs.normalize import normalize
from stackroom_jobs.operation import operation
from stackroom_jobs.outcomes import Normalized
from stackroom_jobs.records import Record


@operation(queue="default", title="Normalise records as one task")
def process_batch_with_progress(record: Record, _context: Context) -> Normalized:
    return normalize(record)
