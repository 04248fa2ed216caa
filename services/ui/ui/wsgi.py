"""What a WSGI server loads: ``gunicorn -c python:ui.server.gunicorn_conf ui.wsgi:app``."""

from ui.app import create_app

app = create_app()
