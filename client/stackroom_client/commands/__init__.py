"""One function per command: it gets what was asked for and gives the exit code."""
