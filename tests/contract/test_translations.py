"""Every text that a page shows has its Russian form, and no form is left over.

Titles of resources and operations are such texts, too: without words of its language a page shows them in English.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask

import ui
from tests.support.documents.titles import operation_titles, resource_titles
from ui import translations
from ui.translations import CATALOGUE, install_translations

PACKAGE = Path(ui.__file__).parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
PLACE = re.compile(r"\{\w+\}|%\(\w+\)s")
PO = "services/ui/ui/translations/ru/LC_MESSAGES/messages.po"
SAME = {"ID"}  # in every language


def used_texts() -> set[str]:
    return {str(found[2]) for found in extract_from_dir(PACKAGE, METHODS)}


def russian_texts() -> dict[str, str]:
    with (PACKAGE / "translations" / "ru" / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return {str(message.id): str(message.string) for message in read_po(source) if message.id}


def test_every_text_is_translated() -> None:
    russian = russian_texts()
    assert used_texts()
    assert sorted(text for text in used_texts() if not russian.get(text)) == []


@pytest.mark.parametrize("titles", [resource_titles, operation_titles])
def test_every_title_is_translated(titles: Callable[[], dict[str, str]]) -> None:
    russian, told = russian_texts(), titles()
    assert told
    missing = {title: place for title, place in told.items() if title not in SAME and not russian.get(title)}
    assert missing == {}, f"each needs a msgid and a msgstr in {PO}; until then pages show it in English"


def test_no_translation_is_left_over() -> None:
    assert set(russian_texts()) - used_texts() - {*resource_titles(), *operation_titles()} == set()


def test_translation_has_the_places_of_its_text() -> None:
    for text, russian in russian_texts().items():
        assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(russian)), text


def test_catalogue_is_compiled_from_its_source() -> None:
    with CATALOGUE.open("rb") as file:
        compiled = Translations(file)
    stale = [text for text, russian in russian_texts().items() if compiled.gettext(text) != russian]
    assert stale == [], "`make environment` compiles it"


def test_gateway_does_not_start_when_its_catalogue_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(translations, "CATALOGUE", tmp_path / "messages.mo")
    with pytest.raises(FileNotFoundError, match=r"messages\.mo is missing: `make environment` compiles it"):
        install_translations(Flask("ui"))
