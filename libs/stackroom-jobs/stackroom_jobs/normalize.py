"""The normal form of a payload: light enough for the importer to compute it itself."""

from unicodedata import normalize as unicode_normalize

from stackroom_jobs.outcomes import Normalized
from stackroom_jobs.records import Record


def normalize(record: Record) -> Normalized:
    """NFC, then strip, then lower case."""
    payload = record.payload
    normal = unicode_normalize("NFC", payload).strip().lower()
    return Normalized(str(record.id), normal, len(payload), len(payload.strip()))
