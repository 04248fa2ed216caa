"""Starts one pinned worker per GPU of a host. Only Python's own library: such a host has no environment of ours."""


class HostError(Exception):
    """What stops the command: one line for the operator, which says what is wrong, and where it helps, what to do."""
