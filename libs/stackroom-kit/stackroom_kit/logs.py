"""One line per event on standard error: time, level, service, request id, logger, message."""

import logging
import sys
import time

from stackroom_kit.request_id import current_request_id


class LineFormatter(logging.Formatter):
    """UTC times; line breaks inside a message are escaped, so nobody can forge a line."""

    converter = staticmethod(time.gmtime)

    def __init__(self, service: str) -> None:
        super().__init__(
            f"%(asctime)s.%(msecs)03dZ %(levelname)s {service} request_id=%(request_id)s %(name)s %(message)s",
            "%Y-%m-%dT%H:%M:%S",
        )

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that logging calls
        record.request_id = current_request_id()
        record.message = record.message.replace("\r", "\\r").replace("\n", "\\n")
        return super().formatMessage(record)


def configure_logging(level: str, service: str) -> None:
    """Replace the root logger's handlers; safe to call again.

    urllib3 says no more than INFO: at DEBUG it writes whole addresses, and a sign-on has its code in one.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("urllib3").setLevel(max(root.level, logging.INFO))
