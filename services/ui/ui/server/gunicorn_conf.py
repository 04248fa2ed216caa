"""gunicorn settings of the gateway: ``gunicorn -c python:ui.server.gunicorn_conf ui.wsgi:app``."""

import logging
from typing import Any

from stackroom_kit import gunicorn_conf as shared
from stackroom_kit.actor import signer_of
from stackroom_kit.logs import configure_logging
from stackroom_kit.settings import exit_where_settings_are_wrong, read_settings
from ui.process import connections_for, raise_file_limit
from ui.settings import Settings

# All that the app asks of them: it is made in each process alone, after gevent has changed what it imports.
with exit_where_settings_are_wrong():
    _settings = read_settings(Settings)
    _settings.require_decision()
    signer_of(_settings)
_connections = connections_for(raise_file_limit(), _settings.client_connections)

bind = _settings.bind
proc_name = "ui"
worker_class = "ui.server.worker.GatewayWorker"
workers = _settings.web_processes
worker_connections = _connections + 64  # REFUSED_AT_ONCE
keepalive = _settings.client_silence_seconds
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
    if _connections < _settings.client_connections:
        logging.getLogger("ui").warning(
            "CLIENT_CONNECTIONS is %d, but so many files may not be open here: it is %d",
            _settings.client_connections,
            _connections,
        )
    if _settings.is_auth_on:
        return
    logging.getLogger("ui").log(
        logging.WARNING if _settings.wider_than_loopback else logging.INFO,
        "AUTH is off: everybody who reaches the gateway can read and write the register (%s)",
        _settings.wider_than_loopback or "this machine alone",
    )
