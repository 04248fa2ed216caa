"""Entry of gunicorn for the worker API."""

from importer.worker_api.app import create_app

app = create_app()
