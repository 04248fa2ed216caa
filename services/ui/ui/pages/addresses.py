"""Addresses of this site as a browser needs them."""

from flask import request


def address(path: str) -> str:
    """``path`` below the root of this site, without a slash at its start. A proxy may serve us below a prefix."""
    return f"{request.script_root}/{path}"
