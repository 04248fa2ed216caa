"""``python -m tests.support.documents.rights_table`` writes into ``docs/security.md`` which right each call needs."""

import re
from collections.abc import Iterator

from flask import Flask

from catalog.resources import RESOURCES
from stackroom_kit.api import declared_calls
from stackroom_kit.rights import OWN, ROLES
from tests.contract.test_openapi import app_of
from tests.support.servers.processes import ROOT

DOCUMENT = ROOT / "docs" / "security.md"
PLACE = re.compile(r"(?<=<!-- calls -->\n).*?(?=<!-- /calls -->)", re.DOTALL)
NOBODY = "none"
PUBLIC = ("catalog", "identity", "importer", "ui")
Call = tuple[str, str, str]  # right, path, method


def public_path(rule: str) -> str:
    """As the OpenAPI documents write it; the calls of one resource are those of every other."""
    path = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule)
    names = "|".join(resource.name for resource in RESOURCES)
    return re.sub(rf"^/api/(?:{names})/", "/api/{resource}/", path)


def calls_of(app: Flask) -> Iterator[Call]:
    """What clients may reach."""
    declared = declared_calls(app)
    for rule in app.url_map.iter_rules():
        if rule.endpoint in declared and rule.rule.startswith("/api/"):
            for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
                yield declared[rule.endpoint].right or NOBODY, public_path(rule.rule), method


def table() -> str:
    calls = sorted({call for name in PUBLIC for call in calls_of(app_of(name))})
    rows = ["| right | calls |", "|---|---|"]
    for right in (NOBODY, *OWN, *ROLES):
        named = ", ".join(f"`{method} {path}`" for of, path, method in calls if of == right)
        rows.append(f"| {right if right == NOBODY else f'`{right}`'} | {named} |")
    assert {right for right, _, _ in calls} <= {NOBODY, *OWN, *ROLES}
    return "\n".join([*rows, ""])


if __name__ == "__main__":
    DOCUMENT.write_text(PLACE.sub(lambda _: table(), DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
