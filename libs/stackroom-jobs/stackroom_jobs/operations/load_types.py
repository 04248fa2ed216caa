"""One row of types, cleaned; the importer applies it to the catalog."""

from stackroom_jobs.context import Context
from stackroom_jobs.loads import Applied, TypeRow, normalize_type
from stackroom_jobs.operation import describe


def load_types(record: TypeRow, _context: Context) -> TypeRow:
    return normalize_type(record)


LOAD_TYPES = describe(
    "load_types", TypeRow, Applied, title="Import types into the register", right="editor", loads="types"
).with_function(load_types)
