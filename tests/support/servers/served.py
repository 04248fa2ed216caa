"""A WSGI app behind a real socket, in a thread."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import make_server

from deploy.local.ports import LOOPBACK


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Its address, until the end of the block."""
    server = make_server(LOOPBACK, 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
