"""The importer: accepts batches, keeps the ledger, rings the workers, answers for progress and results."""

from importer.app import create_app

__all__ = ["create_app"]
