"""How cost grows: with the number of records, and with the number of worker processes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench.batches import NDJSON, Make, importing_stack, ndjson_of, through_stackroom
from tests.bench.measure import medians, seconds
from tests.bench.results import Results, Table
from tests.bench.scale import REPEATS, scaled
from tests.support.stacks.importer import Stack

ROWS = tuple(scaled(rows) for rows in (1000, 10_000, 100_000, 1_000_000))
PROCESSES = (1, 2, 4)
TITLE = "Records per second from POST to results, by records (down) and worker processes (across)"
pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]


def rates(stack: Stack) -> dict[str, float]:
    """Records per second by their number. The largest takes seconds, so a few repetitions are enough for it."""

    def way(rows: int) -> Callable[[], float]:
        body = ndjson_of(rows)
        return lambda: rows / seconds(lambda: through_stackroom(stack, body, NDJSON, rows))

    small = medians({f"{rows:,}": way(rows) for rows in ROWS[:-1]}, REPEATS)
    return small | medians({f"{ROWS[-1]:,}": way(ROWS[-1])}, min(REPEATS, 3))


def test_growth(make_postgres: Make, make_redis: Make, tmp_path: Path, results: Results) -> None:
    found = {}
    for processes in PROCESSES:
        folder = tmp_path / str(processes)
        folder.mkdir()
        with importing_stack(folder, make_postgres(), make_redis(), processes) as stack:
            found[processes] = rates(stack)
    table = Table(TITLE, ("records", *(str(processes) for processes in PROCESSES)))
    table.lines = [
        (f"{rows:,}", *(f"{found[processes][f'{rows:,}'] / 1000:,.1f} k/s" for processes in PROCESSES)) for rows in ROWS
    ]
    results.tables.append(table)
    cores = results.machine["cores"]
    results.notes.append(
        f"All processes and both servers share {cores} cores, which bound what more workers can bring."
    )
