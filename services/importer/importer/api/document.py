"""What the OpenAPI document of the public API says beside its calls."""

from importer.parsing.checker import RECORD_FAULTS
from importer.problems import EVERY
from stackroom_jobs.operations import OPERATIONS
from stackroom_kit.openapi import Document

RESULTS = sorted({operation.result for operation in OPERATIONS.values()}, key=lambda one: one.__name__)
DOCUMENT = Document(
    "Stackroom importer",
    "Batches of records, and one outcome for each.",
    EVERY,
    (*RECORD_FAULTS, "empty"),
    RESULTS,
)
