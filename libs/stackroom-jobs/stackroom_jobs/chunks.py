"""How many rows a chunk has."""

import math

from stackroom_jobs.operation import Operation

MAX_CHUNK_BYTES = 256_000


def chunk_rows(operation: Operation, rows: int, slots: int) -> int:
    """Rows per chunk: two chunks per slot, within the operation's bounds; smaller chunks cost too many trips."""
    even = math.ceil(rows / (2 * max(slots, 1)))
    return max(operation.min_rows, min(operation.max_rows, even))
