"""The gateway: the only published port, with pages and a proxy to the catalog and the importer."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from ui.settings import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Imported late: gunicorn's master loads ``ui.server`` before gevent may patch what the app imports."""
    from ui.app import create_app as create

    return create(settings)
