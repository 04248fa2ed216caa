"""One record: its payload in normal form."""

from stackroom_jobs.context import Context
from stackroom_jobs.normalize import normalize
from stackroom_jobs.operation import operation
from stackroom_jobs.outcomes import Normalized
from stackroom_jobs.records import Record


@operation(queue="cpu", title="Normalise records")
def normalize_record(record: Record, _context: Context) -> Normalized:
    return normalize(record)
