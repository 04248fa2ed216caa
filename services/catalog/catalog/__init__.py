"""The catalog: the register, one resource per table."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> "Flask":
    """What ``flask --app catalog run`` finds; imported late, since the migration needs no web app."""
    from catalog.app import create_app as create

    return create()
