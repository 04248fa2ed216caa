"""What both embedded servers raise."""


class ServerError(Exception):
    """One line that says why a server cannot be made or started, and what to do."""
