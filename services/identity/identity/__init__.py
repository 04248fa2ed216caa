"""Identity: who is there, and what they may do."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> "Flask":
    """What ``flask --app identity run`` finds; imported late, since the migration needs no web app."""
    from identity.app import create_app as create

    return create()
