"""One row of groups, cleaned; the importer applies it to the catalog."""

from stackroom_jobs.loads import GroupRow, normalize_group
from stackroom_jobs.worker import Context


def load_groups(record: GroupRow, _context: Context) -> GroupRow:
    return normalize_group(record)
