"""gunicorn settings of the gateway: ``gunicorn -c python:ui.server.gunicorn_conf ui.wsgi:app``."""

import logging
from typing import Any

from stackroom_kit import gunicorn_conf as shared
from stackroom_kit.logs import configure_logging
from stackroom_kit.settings import read_settings
from ui.settings import Settings

_settings = read_settings(Settings)

bind = _settings.bind
proc_name = "ui"
worker_class = "ui.server.worker.GatewayWorker"
workers = _settings.web_processes
worker_connections = 1000
keepalive = _settings.client_silence_seconds  # also the longest time in which a request's head must be complete
timeout = shared.timeout
graceful_timeout = shared.graceful_timeout
worker_tmp_dir = shared.worker_tmp_dir
control_socket_disable = True
accesslog = None
forwarded_allow_ips = shared.forwarded_allow_ips
forwarder_headers = shared.forwarder_headers
post_worker_init = shared.post_worker_init


def on_starting(_server: Any) -> None:
    configure_logging(_settings.log_level, proc_name)
    if _settings.is_wide_open:
        logging.getLogger("ui").warning(
            "UI_HOST is %s: everybody who reaches this address can read and write the register",
            _settings.ui_host,
        )
