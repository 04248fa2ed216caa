"""What ends the command before its work is done, and the exit codes, which scripts rely on."""

import enum


class ExitCode(enum.IntEnum):
    DONE = 0
    WITH_ERRORS = 1  # the batch is over, and rows of it failed, were refused or were cancelled; or would be refused
    REFUSED = 2  # wrong usage, a file or a stream that cannot be read or written, or another answer 4xx
    UNREACHABLE = 3  # no server, or one that answers 5xx, after all patience
    NOBODY = 4  # nobody is signed in, or the token is none that the server takes (401)
    FORBIDDEN = 5  # who is signed in may not do it (403)
    INTERRUPTED = 130  # Ctrl-C, as shells count it


OF_STATUS = {401: ExitCode.NOBODY, 403: ExitCode.FORBIDDEN}


class ClientError(Exception):
    """``str`` is for people; it may have several lines."""

    exit_code = ExitCode.REFUSED


class UsageError(ClientError):
    """The command asks for what cannot be, or a file here cannot be read or written."""


class Refused(ClientError):
    """The server's 4xx; ``code`` is the problem's stable word, empty where the answer was no problem."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.exit_code = OF_STATUS.get(status, ExitCode.REFUSED)


class Unreachable(ClientError):
    """No answer, a broken one, or 5xx."""

    exit_code = ExitCode.UNREACHABLE


class TransientError(Exception):
    """One attempt went wrong in a way that may pass; ``retry_after`` are the seconds that the server asks for."""

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after
