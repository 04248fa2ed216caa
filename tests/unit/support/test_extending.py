"""The figures of docs/extending.md are those of its own examples."""

import re

import pytest

from tests.support.documents.guide import blocks, section
from tests.support.servers.processes import ROOT

PAGE = ROOT / "docs/extending.md"
LISTED = {"services/catalog/catalog/resources/__init__.py": 2}  # of a file that is there: the import, and the entry


@pytest.mark.parametrize(
    ("title", "start", "name"),
    [
        ("A resource", "a resource", "shel(?:f|ves)"),
        ("An operation", "an operation", "count_words"),
        ("A plain task", "a plain task", "greet"),
    ],
)
def test_figures_are_counted_on_the_examples(title: str, start: str, name: str) -> None:
    (row,) = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {start}")]
    files, lines, places = [int(re.match(r"\d+", cell.strip())[0]) for cell in row.split("|")[2:5]]  # type: ignore[index]
    examples = blocks(section(title, PAGE), "python")
    paths = [example.splitlines()[0].removeprefix("# ") for example in examples]
    assert files == len(paths)
    assert lines == sum(LISTED.get(path, _lines(example)) for path, example in zip(paths, examples, strict=True))
    written = [path.rpartition("/")[2] for path in paths]
    written += [example.partition("\n")[2] for example in examples]
    assert places == sum(len(re.findall(name, text, re.IGNORECASE)) for text in written)


def _lines(example: str) -> int:
    """Without the file's name."""
    return sum(bool(line.strip()) for line in example.splitlines()[1:])
