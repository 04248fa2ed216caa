"""No script and no template writes an address out: it would forget the prefix under which a proxy serves everything."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3] / "services" / "ui" / "ui"
HELPERS = {"addresses.js"}
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)
IN_SCRIPT = re.compile(r"""["'`]/(?!["'`/])""")  # a text that starts with a slash and goes on
IN_TEMPLATE = re.compile(r"""(?:href|src|action|poster|data-[a-z-]+)\s*=\s*["']?/|["']/[a-z]""")


def faults(name: str, text: str) -> list[str]:
    if name in HELPERS:
        return []
    pattern, text = (IN_SCRIPT, COMMENT.sub("", text)) if name.endswith(".js") else (IN_TEMPLATE, text)
    return [text[max(found.start() - 30, 0) : found.end() + 30] for found in pattern.finditer(text)]


@pytest.mark.parametrize("path", sorted([*ROOT.rglob("*.js"), *ROOT.rglob("*.html")]), ids=lambda path: path.name)
def test_addresses_are_made_by_the_helpers_alone(path: Path) -> None:
    assert faults(path.name, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.js", 'fetch("/api/groups/")'), ("a.js", "location.assign(`/imports/${id}`)"), ("a.js", "x = '/groups'"),
        ("a.html", '<a href="/imports">'), ("a.html", "<form action='/preferences'>"), ("a.html", '<img src="/x.svg">'),
        ("a.html", '{% for path in ["/api/docs/"] %}'),
    ],
)  # fmt: skip
def test_address_that_is_written_out_is_found(name: str, text: str) -> None:
    assert faults(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.js", 'apiAddress("groups/")'), ("a.js", '/** `/imports/<id>` */ name.split("/")'), ("a.js", "// `/groups`"),
        ("a.html", '<a href="{{ address("imports") }}">'), ("a.html", '{{ address("api/types/") }}'),
        ("a.html", '<a href="catalog/openapi.json">'),
    ],
)  # fmt: skip
def test_address_that_a_helper_makes_is_none(name: str, text: str) -> None:
    assert faults(name, text) == []
