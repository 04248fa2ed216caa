"""Addresses in templates: ``{{ address("imports") }}``.

No template writes one out, since a proxy may serve us below a prefix.
"""

from flask import Flask, request


def address(path: str) -> str:
    """``path`` below the root of this site, without a slash at its start."""
    return f"{request.script_root}/{path}"


def install_addresses(app: Flask) -> None:
    app.add_template_global(address, "address")
