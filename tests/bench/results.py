"""What a run of ``make bench`` found, and the file that it leaves for ``python -m tests.bench.report``."""

import dataclasses
import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[2] / ".bench" / "results.json"


@dataclasses.dataclass(frozen=True)
class Row:
    """``ratio`` is ours by the peer's where more is better; ``target`` is its least value, or None without one."""

    what: str
    ours: str
    peer: str
    ratio: float | None = None
    target: float | None = None
    is_limit: bool = False  # ``ratio`` must stay below the target instead

    @property
    def is_met(self) -> bool | None:
        """None where there is no target."""
        if self.ratio is None or self.target is None:
            return None
        return self.ratio <= self.target if self.is_limit else self.ratio >= self.target

    def cells(self) -> tuple[str, ...]:
        sign = "≤" if self.is_limit else "≥"
        return (
            self.what,
            self.ours,
            self.peer,
            "" if self.ratio is None else f"{self.ratio:.2f}",
            "" if self.target is None else f"{sign} {self.target:g}",
            {None: "", True: "met", False: "missed"}[self.is_met],
        )


HEAD = ("what", "ours", "beside it", "ratio", "target", "")


@dataclasses.dataclass
class Table:
    """Figures that are no ratio, such as how cost grows."""

    title: str
    head: tuple[str, ...]
    lines: list[tuple[str, ...]] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Results:
    """``machine``, ``versions`` and ``run`` are names with their values."""

    machine: dict[str, str]
    versions: dict[str, str]
    run: dict[str, str]
    rows: list[Row] = dataclasses.field(default_factory=list)
    tables: list[Table] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)

    def save(self, path: Path = FILE) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path = FILE) -> "Results":
        """FileNotFoundError before the first run."""
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        rows = [Row(**row) for row in found.pop("rows")]
        tables = [
            Table(table["title"], tuple(table["head"]), list(map(tuple, table["lines"])))
            for table in found.pop("tables")
        ]
        return cls(**found, rows=rows, tables=tables)
