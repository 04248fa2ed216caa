"""One row of groups, cleaned; the importer applies it to the catalog."""

from stackroom_jobs.context import Context
from stackroom_jobs.loads import Applied, GroupRow, normalize_group
from stackroom_jobs.operation import describe


def load_groups(record: GroupRow, _context: Context) -> GroupRow:
    return normalize_group(record)


LOAD_GROUPS = describe(
    "load_groups", GroupRow, Applied, title="Import groups into the register", right="editor", loads="groups"
).with_function(load_groups)
