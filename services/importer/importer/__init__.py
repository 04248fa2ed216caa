"""The importer: accepts batches, keeps the ledger, rings the workers, answers for progress and results."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> "Flask":
    """What ``flask --app importer run`` finds; imported late, since the dispatcher needs no web app."""
    from importer.app import create_app as create

    return create()
