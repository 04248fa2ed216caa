"""One record: its payload in normal form."""

from stackroom_jobs.normalize import normalize
from stackroom_jobs.outcomes import Normalized
from stackroom_jobs.records import Record
from stackroom_jobs.worker import Context


def normalize_record(record: Record, _context: Context) -> Normalized:
    return normalize(record)
