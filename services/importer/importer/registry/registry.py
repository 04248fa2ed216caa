"""The registry: every operation by its name."""

from collections.abc import Sequence

from stackroom_jobs.operation import Operation
from stackroom_jobs.operations import OPERATIONS
from stackroom_jobs.records import own_fields

LOAD = "load_"  # begins the name of an operation that loads a resource of the catalog, and of no other


def resource_of(operation: str) -> str | None:
    """The resource that the operation of this name loads, whether or not anybody knows it any more."""
    return operation.removeprefix(LOAD) if operation.startswith(LOAD) else None


class Registry:
    def get(self, name: str) -> Operation | None:
        """None where nobody knows it, as may be of an old batch."""
        return OPERATIONS.get(name)

    def all(self) -> Sequence[Operation]:
        return list(OPERATIONS.values())

    def queues(self) -> list[str]:
        """Those that an operation may run on."""
        return sorted({queue for operation in self.all() for queue in operation.queues})

    def loads(self) -> list[str]:
        """The names of the operations that load the catalog."""
        return [operation.name for operation in self.all() if operation.loads is not None]

    def readers_of_media(self) -> list[str]:
        """The names of the operations whose records name media files."""
        return [operation.name for operation in self.all() if operation.reads_media]

    def fields(self) -> list[str]:
        """Of the records of all operations, in the order of the alphabet."""
        return sorted({field for operation in self.all() for field in own_fields(operation.record)})
