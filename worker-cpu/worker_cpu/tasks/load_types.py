"""One row of types, cleaned; the importer applies it to the catalog."""

from stackroom_jobs.loads import TypeRow, normalize_type
from stackroom_jobs.worker import Context


def load_types(record: TypeRow, _context: Context) -> TypeRow:
    return normalize_type(record)
