"""What the OpenAPI document of the public API says beside its calls."""

from importer.parsing.refusal import RECORD_FAULTS
from importer.problems import EVERY
from importer.registry.registry import Registry
from stackroom_kit.openapi import Document


def document(registry: Registry) -> Document:
    """With the results of the operations that every importer knows."""
    results = {operation.result for operation in registry.built_in}
    return Document(
        "Stackroom importer",
        "Batches of records, and one outcome for each.",
        EVERY,
        (*RECORD_FAULTS, "empty"),
        sorted(results, key=lambda one: one.__name__),
        has_actors=True,
    )
