"""What ends the command before its work is done, and the exit codes, which scripts rely on."""

import enum


class ExitCode(enum.IntEnum):
    DONE = 0
    WITH_ERRORS = 1  # the batch is over, and rows of it failed, were refused or were cancelled; or would be refused
    REFUSED = 2  # wrong usage, a file or a stream that cannot be read or written, or an answer 4xx
    UNREACHABLE = 3  # no server, or one that answers 5xx, after all patience
    INTERRUPTED = 130  # Ctrl-C, as shells count it


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


class Unreachable(ClientError):
    """No answer, a broken one, or 5xx."""

    exit_code = ExitCode.UNREACHABLE


class TransientError(Exception):
    """One attempt went wrong in a way that may pass; ``retry_after`` are the seconds that the server asks for."""

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after
