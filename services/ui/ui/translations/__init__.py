"""The page's language: that of the cookie, else of the browser. Catalogues are read from ``.po`` files at start."""

import io
from importlib.resources import files

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, request
from flask_babel import Babel, Domain

LANGUAGES = {"ru": "Русский", "en": "English"}
DEFAULT = "ru"
COOKIE = "language"


def compiled(language: str) -> Translations:
    """The catalogue of a language, compiled in memory, so that no generated file is kept anywhere."""
    binary = io.BytesIO()
    with files(__package__).joinpath(f"{language}.po").open("rb") as source:
        write_mo(binary, read_po(source, locale=language))
    binary.seek(0)
    return Translations(binary)


def chosen_language() -> str:
    """The one that was chosen here, else the first of ours that the browser asks for, else Russian."""
    name = request.cookies.get(COOKIE)
    return name if name in LANGUAGES else request.accept_languages.best_match(LANGUAGES, DEFAULT) or DEFAULT


def install_translations(app: Flask) -> None:
    """Message ids are the English texts; only the other languages have a catalogue."""
    domain = Domain(translation_directories=[])
    domain.cache["ru", "messages"] = compiled("ru")
    Babel(app, default_locale=DEFAULT, locale_selector=chosen_language)
    app.before_request(domain.as_default)
