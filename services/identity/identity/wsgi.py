"""Entry of gunicorn."""

from identity.app import create_app

app = create_app()
