"""``python -m tests.bench.report``: put the figures of the last ``make bench`` into ``docs/performance.md``.

The text of that page stays as it is; what stands between the two marks is made anew.
"""

import sys
from pathlib import Path

from tests.bench.results import FILE, HEAD, Results
from tests.support.servers.processes import ROOT

PAGE = ROOT / "docs" / "performance.md"
START, END = "<!-- figures: made by python -m tests.bench.report -->", "<!-- end of the figures -->"


def main() -> int:
    """1 where there is no whole run to report."""
    try:
        found = Results.load()
    except FileNotFoundError:
        sys.stderr.write(f"{FILE.relative_to(ROOT)} is not there: run `make bench` first.\n")
        return 1
    if found.run["whole"] != "True":
        sys.stderr.write("The last run was a quick one; the page takes figures of a whole `make bench` only.\n")
        return 1
    put(PAGE, markdown(found))
    print(f"{PAGE.relative_to(ROOT)}: {verdict(found)}")
    return 0


def put(page: Path, figures: str) -> None:
    """ValueError where the page has lost its marks."""
    text = page.read_text(encoding="utf-8")
    start, end = text.index(START), text.index(END)
    page.write_text(f"{text[:start]}{START}\n\n{figures}\n{text[end:]}", encoding="utf-8")


def verdict(found: Results) -> str:
    asked = [row.is_met for row in found.rows if row.is_met is not None]
    return f"{asked.count(True)} of {len(asked)} targets met"


def markdown(found: Results) -> str:
    when = (
        "Measured on {date} at commit {commit} in {minutes} minutes; medians of {repetitions} alternating repetitions."
    )
    where = "{cores} cores, {processor}, {memory}, {system}.".format(**found.machine)
    what = ", ".join(f"{name} {version}" for name, version in found.versions.items())
    lines = [
        f"{when.format(**found.run)} {verdict(found)}.",
        "",
        f"{where} {what}.",
        "",
        *_table(HEAD, [row.cells() for row in found.rows]),
    ]
    for table in found.tables:
        lines += [f"{table.title}:", "", *_table(table.head, table.lines)]
    return "\n".join([*lines, *found.notes, ""])


def _table(head: tuple[str, ...], lines: list[tuple[str, ...]]) -> list[str]:
    rows = [head, tuple("---" for _ in head), *lines]
    return [*(f"| {' | '.join(row)} |" for row in rows), ""]


if __name__ == "__main__":
    sys.exit(main())
