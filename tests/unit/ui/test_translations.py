"""Every text that a page shows has its Russian form, and no form is left over."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import ui
from ui.translations import compiled

PACKAGE = Path(ui.__file__).parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
PLACE = re.compile(r"\{\w+\}")


def used_texts() -> set[str]:
    return {str(found[2]) for found in extract_from_dir(PACKAGE, METHODS)}


def russian_texts() -> dict[str, str]:
    with (PACKAGE / "translations" / "ru.po").open("rb") as source:
        return {str(message.id): str(message.string) for message in read_po(source) if message.id}


def test_every_text_is_translated() -> None:
    russian = russian_texts()
    assert used_texts()
    assert sorted(text for text in used_texts() if not russian.get(text)) == []


def test_no_translation_is_left_over() -> None:
    assert set(russian_texts()) - used_texts() == set()


def test_translation_has_the_places_of_its_text() -> None:
    for text, russian in russian_texts().items():
        assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(russian)), text


def test_catalogue_is_compiled_from_its_source() -> None:
    assert compiled("ru").gettext("The queue waits for a worker") == "Очередь ждёт обработчика"
