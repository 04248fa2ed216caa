"""The table that ``make bench`` prints at its end: each target of the design beside what this run measured."""

import dataclasses
import os
import platform

import pytest

_ROWS: list["Row"] = []


@dataclasses.dataclass(frozen=True)
class Row:
    """``ratio`` is ours by the peer's where more is better; ``target`` is its least value, or None without one."""

    what: str
    ours: str
    peer: str
    ratio: float | None = None
    target: float | None = None
    is_limit: bool = False  # ``ratio`` must stay below the target instead

    def verdict(self) -> str:
        if self.ratio is None or self.target is None:
            return ""
        is_met = self.ratio <= self.target if self.is_limit else self.ratio >= self.target
        return "met" if is_met else "NOT met"

    def cells(self) -> tuple[str, ...]:
        sign = "<=" if self.is_limit else ">="
        return (
            self.what,
            self.ours,
            self.peer,
            "" if self.ratio is None else f"{self.ratio:.2f}",
            "" if self.target is None else f"{sign} {self.target:g}",
            self.verdict(),
        )


class Table:
    def add(self, row: Row) -> None:
        _ROWS.append(row)


@pytest.fixture(scope="session")
def table() -> Table:
    return Table()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _ROWS:
        return
    head = ("what", "ours", "beside it", "ratio", "target", "")
    lines = [head, *(row.cells() for row in _ROWS)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    terminalreporter.section(f"bench: {os.cpu_count()} cores, Python {platform.python_version()}, medians")
    for line in lines:
        terminalreporter.line("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
