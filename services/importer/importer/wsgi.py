"""Entry of gunicorn for the public API."""

from importer.app import create_app

app = create_app()
