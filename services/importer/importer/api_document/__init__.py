"""The OpenAPI document of the importer's public API."""

from importer.api_document.document import api_document

__all__ = ["api_document"]
