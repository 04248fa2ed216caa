"""What ends a command with one line for the person who ran it."""


class LocalError(Exception):
    """Its text says what is wrong, and what to do."""


class ServerError(LocalError):
    """An embedded server cannot be made or started."""
