"""What stops the kit: one line for the operator."""


class Trouble(Exception):
    """Says what is wrong, and where it helps, what to do."""
