"""The operations that every importer knows, one file each. None of them imports anything heavy."""

from stackroom_jobs.description import Description
from stackroom_jobs.operation import operation_of
from stackroom_jobs.operations.load import LOAD
from stackroom_jobs.operations.normalize_record import normalize_record
from stackroom_jobs.operations.process_batch_with_progress import process_batch_with_progress
from stackroom_jobs.operations.process_video import PROCESS_VIDEO

_FOUND = map(operation_of, (normalize_record, process_batch_with_progress, PROCESS_VIDEO, LOAD))
OPERATIONS = {found.name: found for found in _FOUND if found is not None}


def is_built_in(described: Description) -> bool:
    """Whether it is one of these: records and results are the same, whatever else is said of it."""
    own = OPERATIONS.get(described.name)
    return own is not None and (own.description.record, own.description.result) == (described.record, described.result)
