"""One line per event on standard error: time, level, service, request id, logger, message."""

import logging
import sys
import time
from types import TracebackType

from stackroom_kit.request_id import current_request_id

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
# Control characters, and what ends a line or turns text in some programs.
ESCAPED = {
    number: repr(chr(number))[1:-1] for number in (*range(0x20), *range(0x7F, 0xA0), *range(0x2028, 0x202F), 0xFEFF)
}


class LineFormatter(logging.Formatter):
    """UTC times; what moves a terminal or ends a line is escaped inside a message, so nobody can forge or hide one."""

    converter = staticmethod(time.gmtime)

    def __init__(self, service: str) -> None:
        super().__init__(
            f"%(asctime)s.%(msecs)03dZ %(levelname)s {service} request_id=%(request_id)s %(name)s %(message)s",
            "%Y-%m-%dT%H:%M:%S",
        )

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that logging calls
        record.request_id = current_request_id()
        record.message = record.message.translate(ESCAPED)
        return super().formatMessage(record)

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 - the name that logging calls
        """Indented, since the sentence of an exception may have lines of somebody else."""
        return "\n".join(f"  {line.translate(ESCAPED)}" for line in super().formatException(ei).splitlines())


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
