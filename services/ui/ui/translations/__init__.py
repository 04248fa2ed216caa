"""The page's language: that of the cookie, else of the browser. `make` and the image's build compile the catalogues."""

from pathlib import Path

from flask import Flask, request
from flask_babel import Babel

LANGUAGES = {"ru": "Русский", "en": "English"}
DEFAULT = "ru"
COOKIE = "language"
FOLDER = Path(__file__).parent
CATALOGUE = FOLDER / "ru" / "LC_MESSAGES" / "messages.mo"


def chosen_language() -> str:
    """The one that was chosen here, else the first of ours that the browser asks for, else Russian."""
    name = request.cookies.get(COOKIE)
    return name if name in LANGUAGES else request.accept_languages.best_match(LANGUAGES, DEFAULT) or DEFAULT


def install_translations(app: Flask) -> None:
    """Message ids are the English texts; only the other languages have a catalogue.

    Without one Babel would show English to everybody, so that is an error.
    """
    if not CATALOGUE.exists():
        raise FileNotFoundError(
            f"{CATALOGUE} is missing: `make environment` compiles it, or pybabel compile -d {FOLDER}"
        )
    Babel(app, DEFAULT, default_translation_directories=str(FOLDER), locale_selector=chosen_language)
