"""A request for a page, in which its texts can be translated."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from ui.translations import install_translations


@contextmanager
def page_in(language: str = "") -> Iterator[None]:
    """Of a browser that wants this language; of one that says nothing, which gets Russian."""
    app = Flask("texts")
    install_translations(app)
    with app.test_request_context("/", headers={"Accept-Language": language} if language else None):
        app.preprocess_request()
        yield
