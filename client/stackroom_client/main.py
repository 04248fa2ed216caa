"""Where ``stackroom`` begins: from the first line on, a signal ends it without a traceback.

All else is imported later, since an import takes time.
"""

import os
import sys

try:
    import signal
except KeyboardInterrupt:
    os._exit(130)

OWN_FAULT = 70  # an error in this program, as sysexits.h counts it: 1 would mean that rows failed
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Interruption:
    """What a signal does: KeyboardInterrupt once, where that is caught; at any other time the end of the process."""

    def __init__(self) -> None:
        self.is_caught = False
        self.exit_code: int | None = None  # 128 and the signal's number, as shells count it

    def __call__(self, number: int, _frame: object) -> None:
        self.exit_code = self.exit_code or 128 + number
        if not self.is_caught:
            os._exit(self.exit_code)
        self.is_caught = False
        raise KeyboardInterrupt

    def where_it_is_lost(self, lost: "sys.UnraisableHookArgs") -> None:
        """In a destructor or a callback the interpreter would print it and go on."""
        if issubclass(lost.exc_type, KeyboardInterrupt):
            os._exit(self.exit_code or 130)
        sys.__unraisablehook__(lost)


INTERRUPTION = Interruption()


def _listen() -> None:
    """What the parent lets its children ignore (nohup, a background job of a script) stays ignored."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, INTERRUPTION)
    sys.unraisablehook = INTERRUPTION.where_it_is_lost


_listen()  # at import, since the caller does more before it calls ``main``


def main() -> None:
    """Ends by ``os._exit``: all output is flushed by then, and a signal could interrupt the interpreter's own end."""
    code = OWN_FAULT
    from stackroom_client.running import run

    try:
        INTERRUPTION.is_caught = True
        code = run()
        INTERRUPTION.is_caught = False
    except KeyboardInterrupt:
        code = 130
    except Exception:  # noqa: BLE001 - with the trace that a report of it needs
        sys.excepthook(*sys.exc_info())
    os._exit(INTERRUPTION.exit_code or code)
