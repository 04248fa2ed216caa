"""Settings of gunicorn for every service: ``gunicorn -c python:stackroom_kit.gunicorn_conf catalog.wsgi:app``."""

import os
from pathlib import Path
from typing import Any

from stackroom_kit.common_settings import WebSettings
from stackroom_kit.logs import configure_logging
from stackroom_kit.settings import exit_where_settings_are_wrong, read_settings

with exit_where_settings_are_wrong():
    _settings = read_settings(WebSettings)

os.environ.pop("SCRIPT_NAME", None)  # gunicorn would refuse every path that does not start with it

bind = os.environ.get("BIND", "127.0.0.1:8000")
proc_name = os.environ.get("SERVICE_NAME", "stackroom")
worker_class = "gthread"
workers = _settings.web_processes
threads = _settings.web_threads
keepalive = 75  # longer than the gateway keeps idle connections, so it never sends into a closed one
timeout = 120
graceful_timeout = 20
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a heartbeat file that must not touch a disk
forwarded_allow_ips = ""  # a local client may not name the scheme, nor SCRIPT_NAME and PATH_INFO
forwarder_headers = ""
control_socket_disable = True  # nothing here uses it, and a read-only root has no place for it
accesslog = None


def post_worker_init(worker: Any) -> None:
    """gunicorn's own lines take the form of ours."""
    worker.log.error_log.propagate = True
    worker.log.error_log.handlers[:] = []


def on_starting(server: Any) -> None:
    """The app is made before any process is forked: a wrong setting is told once, and each process has the same app.

    It has no connection and no thread yet.
    """
    configure_logging(_settings.log_level, proc_name)
    with exit_where_settings_are_wrong():
        server.app.wsgi()
